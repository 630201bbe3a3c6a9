/** What the pages between an app's request and its answer are made of. */
import type { KeyObject } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Interaction, Provider } from 'oidc-provider';
import type { Actor } from '../../access/actor.js';
import type { AuthorizationPages } from '../../pages/authorization.js';
import type { PatientChoice } from '../../pages/consent.js';
import type { DemoPerson } from '../../pages/demo-sign-in.js';
import type { Clock, Ids, Random } from '../../fhir/clock.js';
import type { Audit } from '../../service.js';
import type { Launch } from '../../portal/launch.js';
import type { SignedIn } from '../sessions/session.js';
import type { Grants, LaunchContext } from './grants.js';

/** The people of the portal, as the pages ask for them. */
export interface InteractionPeople {
  /** Who a person is at this moment; undefined where they may not be signed in. */
  readonly actorOf: (account: string) => Promise<Actor | undefined>;
  /** The person's name, or that of their record; '' where there is none. */
  nameOf(actor: Actor): Promise<string>;
  patient(id: string): Promise<PatientChoice | undefined>;
  /** Patients of this name or record number, for staff. */
  findPatients(actor: Actor, text: string): Promise<PatientChoice[]>;
  /** What the person is to the patient: `Patient/1`, `RelatedPerson/1`. */
  fhirUserFor(actor: Actor, patient: string | undefined): Promise<string>;
}

export interface InteractionParts {
  provider(): Promise<Provider>;
  people: InteractionPeople;
  pages: AuthorizationPages;
  /** Who is signed in to the browser that asks. */
  signedIn(request: Request): Promise<SignedIn | undefined>;
  /** The page that asks for a password, and leads back to a path. */
  signInPage(back: string): string;
  /** Whom this caller may be without a password, in demo mode. */
  demoPeople(request: Request): readonly DemoPerson[];
  /** Context of an EHR's launch, and whom it is for. */
  launches: Launches;
  grants: Grants;
  /** What every launch is told. */
  everyLaunch: LaunchContext;
  /** Types that apps may ask for. */
  types(): readonly string[];
  secret: KeyObject;
  audit: Pick<Audit, 'append'>;
  clock: Clock;
  ids: Ids;
  random: Random;
}

/** Launches that trusted systems announced. */
export interface Launches {
  /** Looks at it; undefined where it is unknown, expired or used. */
  find: (handle: string) => Promise<Launch | undefined>;
  /** Uses it up: of several callers one gets it. */
  take: (handle: string) => Promise<Launch | undefined>;
}

/** Fields of a form as they were sent. */
export type Form = Readonly<Record<string, unknown>>;

/** One request of a person on their way. */
export interface Visit {
  readonly request: Request;
  readonly response: Response;
  readonly provider: Provider;
  readonly interaction: Interaction;
}

/** The person is at this browser, and may be signed in now. */
export interface Present {
  readonly who: Pick<SignedIn, 'account' | 'authTime' | 'amr'> & Partial<Pick<SignedIn, 'session'>>;
  readonly actor: Actor;
}
