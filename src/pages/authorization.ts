/** The pages between an app's request and its answer, framed and sent. */
import type { Request, Response } from 'express';
import { authorizationErrorPage, type AuthorizationProblem } from './authorization-error.js';
import { consentPage, type ConsentModel } from './consent.js';
import { demoSignInPage, type DemoSignIn } from './demo-sign-in.js';
import type { FramedRequest, Framing } from './frame.js';

export interface AuthorizationPages {
  /** @param leadsTo origin of the app, where the answer of the form leads */
  consent(request: Request, response: Response, model: ConsentModel, leadsTo: string): Promise<void>;
  demoSignIn(request: Request, response: Response, model: DemoSignIn): Promise<void>;
  problem(request: Request, response: Response, status: number, problem: AuthorizationProblem): Promise<void>;
  /** The text of the page for an app that cannot be told that it was refused, and its header fields. */
  refusal(request: FramedRequest, detail: string): Promise<{ text: string; headers: Readonly<Record<string, string>> }>;
}

export const authorizationPages = ({ frameOf, send, headers }: Framing): AuthorizationPages => ({
  async consent(request, response, model, leadsTo) {
    send(response, 200, consentPage(await frameOf(request), model), { leadsTo: [leadsTo] });
  },
  async demoSignIn(request, response, model) {
    send(response, 200, demoSignInPage(await frameOf(request), model));
  },
  async problem(request, response, status, problem) {
    send(response, status, authorizationErrorPage(await frameOf(request), problem));
  },
  async refusal(request, detail) {
    return { text: authorizationErrorPage(await frameOf(request), 'refused', detail), headers: headers() };
  },
});
