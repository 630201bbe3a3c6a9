/** What becomes of somebody's invitations, by the rules of PC-2 alone: time is counted in whole hours. */
import fc from 'fast-check';

const HOURS_OF_A_DAY = 24;
const MAX_TRIES = 5;

export type Step =
  | { do: 'invite'; days: number }
  | { do: 'wait'; hours: number }
  /** The code of the newest invitation, or of the one before that. */
  | { do: 'redeem'; which: 'newest' | 'older'; birthDate: 'right' | 'wrong' }
  /** A plain update of the newest invitation's status, by a system. */
  | { do: 'update'; by: 'PUT' | 'PATCH'; to: Invitation['status'] };

const whichCode = fc.constantFrom<'newest' | 'older'>('newest', 'newest', 'newest', 'older');
const redeem = (which: 'newest' | 'older', birthDate: 'right' | 'wrong'): Step => ({ do: 'redeem', which, birthDate });

/** Guesses come in rows, up to the fifth, which locks. */
export const walks = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 3 }).map((days): Step[] => [{ do: 'invite', days }]),
      fc.integer({ min: 1, max: 50 }).map((hours): Step[] => [{ do: 'wait', hours }]),
      fc
        .record({
          by: fc.constantFrom<'PUT' | 'PATCH'>('PUT', 'PATCH'),
          to: fc.constantFrom<Invitation['status']>('requested', 'cancelled', 'failed', 'completed'),
        })
        .map((update): Step[] => [{ do: 'update', ...update }]),
      whichCode.map(which => [redeem(which, 'right')]),
      fc
        .tuple(whichCode, fc.integer({ min: 1, max: MAX_TRIES }))
        .map(([which, times]) => Array.from({ length: times }, () => redeem(which, 'wrong'))),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((steps): Step[] => [{ do: 'invite', days: 3 }, ...steps.flat()]);

export interface Invitation {
  status: 'requested' | 'cancelled' | 'failed' | 'completed';
  until: number;
  tries: number;
}

/** One person, whom nobody knows at first. */
export class InvitationModel {
  readonly invitations: Invitation[] = [];
  private hours = 0;
  private member = false;

  /** The HTTP status of the step's answer; undefined where it asks nothing. */
  take(step: Step): number | undefined {
    switch (step.do) {
      case 'wait':
        this.hours += step.hours;
        return undefined;
      case 'invite':
        return this.invite(step.days);
      case 'update':
        return this.update(this.invitations.at(-1)!, step.to);
      case 'redeem':
        return this.redeem(this.invitations.at(step.which === 'newest' ? -1 : -2), step.birthDate === 'right');
    }
  }

  /** What `$enrollment-status` says. */
  get standing(): string {
    if (this.member) return 'enrolled';
    const last = this.invitations.at(-1);
    if (last?.status !== 'requested') return 'unknown';
    return this.isOver(last) ? 'invitation-expired' : 'invited';
  }

  private isOver = ({ until }: Invitation): boolean => this.hours >= until;

  private invite(days: number): number {
    if (this.member) return 200;
    for (const one of this.invitations) {
      if (one.status === 'requested') one.status = this.isOver(one) ? 'failed' : 'cancelled';
    }
    this.invitations.push({ status: 'requested', until: this.hours + days * HOURS_OF_A_DAY, tries: 0 });
    return 201;
  }

  private update(invitation: Invitation, to: Invitation['status']): number {
    if (invitation.status === to) return 200;
    if (invitation.status !== 'requested') return 409;
    if (to === 'completed') return 403;
    if (to === 'failed' && !this.isOver(invitation)) return 409;
    invitation.status = to;
    return 200;
  }

  private redeem(invitation: Invitation | undefined, right: boolean): number {
    if (invitation?.status !== 'requested' || this.isOver(invitation)) return 410;
    if (right) {
      invitation.status = 'completed';
      this.member = true;
      return 201;
    }
    invitation.tries += 1;
    if (invitation.tries === MAX_TRIES) invitation.status = 'failed';
    return 422;
  }
}
