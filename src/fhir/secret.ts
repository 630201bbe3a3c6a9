/** Secrets that whoever holds them is known by. They are kept under their hash: of 256 random bits a plain one is as good as a slow one. */
import { hash } from 'node:crypto';
import type { Random } from './clock.js';

/** 256 random bits as text for addresses, cookies and header fields. */
export const newSecret = (random: Random): string => Buffer.from(random.bytes(32)).toString('base64url');

/** The name a secret is stored under; the secret itself never is. */
export const secretHash = (secret: string): string => hash('sha256', secret, 'base64url');
