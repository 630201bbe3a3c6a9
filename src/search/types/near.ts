/**
 * `near`: positions within a distance of a point, on a sphere. A circle is searched as strips from west to east, which
 * take in all of it and, unless it is a hemisphere, at most a twentieth more than its radius. https://hl7.org/fhir/R4/location.html#search
 */
import { isObject, type Json } from '../../fhir/resource.js';
import { splitEscaped } from '../escape.js';
import { badValue } from '../limits.js';
import type { RangeTest } from '../query.js';
import { numberOf } from './decimal.js';
import type { Interval, Sink, Term, TermContext, ValueType } from './type.js';

const EARTH_RADIUS = 6_371_008.8;
const DEFAULT_KILOMETERS = 50;
const STRIPS = 32;

/** Units people write that UCUM writes otherwise. */
const spelled: Readonly<Record<string, string>> = { kms: 'km', mi: '[mi_i]' };

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;
const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

interface Circle {
  latitude: number;
  longitude: number;
  /** The radius as seen from the center of the earth. All are radians. */
  radius: number;
}

/** How far the circle reaches to either side at a latitude; half a turn where it goes all around. */
function reach({ latitude, radius }: Circle, at: number): number {
  const scale = Math.cos(latitude) * Math.cos(at);
  const rest = Math.cos(radius) - Math.sin(latitude) * Math.sin(at);
  if (Math.abs(scale) < 1e-12) return Math.PI;
  return Math.acos(within(rest / scale, 1));
}

/** Where the circle is widest; for one around a pole, at that pole. */
function widestAt({ latitude, radius }: Circle): number {
  const ratio = Math.sin(latitude) / Math.cos(radius);
  return Math.asin(within(ratio, 1));
}

const test = ({ lo, hi }: Interval): RangeTest => ({ op: 'eq', lo, hi });

/** A strip, in two parts where it crosses the antimeridian. */
function strip(south: number, north: number, longitude: number, half: number): Term[] {
  // Room for what radians lose of a degree.
  const [west, east] = [degrees(longitude - half) - 1e-9, degrees(longitude + half) + 1e-9];
  const parts =
    east - west >= 360 ? [{ lo: -180, hi: 180 }] : [-360, 0, 360].map(turn => ({ lo: west + turn, hi: east + turn }));
  return parts
    .map(({ lo, hi }) => ({ lo: Math.max(lo, -180), hi: Math.min(hi, 180) }))
    .filter(({ lo, hi }) => lo <= hi)
    .map(part => ({
      kind: 'range',
      suffix: '',
      test: test({ lo: degrees(south) - 1e-9, hi: degrees(north) + 1e-9 }),
      second: test(part),
    }));
}

function stripsOf(circle: Circle): Term[] {
  const { latitude, longitude, radius } = circle;
  const widest = widestAt(circle);
  const edge = (at: number): number => within(latitude + radius * -Math.cos((Math.PI * at) / STRIPS), Math.PI / 2);
  return Array.from({ length: STRIPS }, (_, at) => [edge(at), edge(at + 1)] as const)
    .filter(([south, north]) => south < north || radius === 0)
    .flatMap(([south, north]) => {
      const at = Math.max(south, Math.min(north, widest));
      return strip(south, north, longitude, Math.max(reach(circle, south), reach(circle, north), reach(circle, at)));
    });
}

function extract(value: Json, sink: Sink): void {
  if (!isObject(value)) return;
  const [latitude, longitude] = [numberOf(value['latitude']), numberOf(value['longitude'])];
  if (latitude === undefined || longitude === undefined) return;
  sink.range('', latitude, latitude, { lo: longitude, hi: longitude });
}

const NUMBER = /^-?\d{1,10}(\.\d{1,20})?$/;

function meters(distance: string, unit: string, { name, ports }: TermContext): number {
  const code = Object.hasOwn(spelled, unit) ? spelled[unit]! : unit;
  const base = ports.canonicalUnit(code);
  const meter = ports.canonicalUnit('m');
  if (!base || base.unit !== meter?.unit) throw badValue(name, 'the unit is none of length, such as km or [mi_i].');
  return Number(distance) * base.factor;
}

function terms(value: string, _modifier: string | undefined, context: TermContext): Term[] {
  const [latitude = '', longitude = '', distance = '', unit = '', ...rest] = splitEscaped(value, '|');
  const point = [latitude, longitude].every(part => NUMBER.test(part));
  if (!point || Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180 || rest.length > 0) {
    throw badValue(context.name, "the value must be 'latitude|longitude|distance|units', in degrees.");
  }
  if (distance !== '' && (!NUMBER.test(distance) || distance.startsWith('-'))) {
    throw badValue(context.name, 'the distance is no number.');
  }
  const far = distance === '' ? DEFAULT_KILOMETERS * 1000 : meters(distance, unit === '' ? 'km' : unit, context);
  const radius = Math.min(far / EARTH_RADIUS, Math.PI);
  return stripsOf({ latitude: radians(Number(latitude)), longitude: radians(Number(longitude)), radius });
}

export const near: ValueType = { modifiers: [], dataTypes: [], extract, terms };
