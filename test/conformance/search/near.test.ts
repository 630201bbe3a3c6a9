/** `near` of Location, compared with distances on the sphere. https://hl7.org/fhir/R4/location.html#search */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const at = (latitude: number, longitude: number) => ({ position: { latitude, longitude } });

const named = [
  resource('Location', 'bern', at(46.948, 7.4474)),
  resource('Location', 'zurich', at(47.3769, 8.5417)),
  resource('Location', 'geneva', at(46.2044, 6.1432)),
  resource('Location', 'fiji', at(-17, 179.9)),
  resource('Location', 'samoa', at(-17, -179.9)),
  resource('Location', 'pole', at(89.9, 10)),
  resource('Location', 'beyond', at(89.9, -170)),
  resource('Location', 'nowhere'),
];

/** Great-circle distance in kilometers. */
function distance([latitude, longitude]: [number, number], [otherLatitude, otherLongitude]: [number, number]): number {
  const [a, b, turn] = [latitude, otherLatitude, longitude - otherLongitude].map(each => (each * Math.PI) / 180);
  const half = Math.sin((a! - b!) / 2) ** 2 + Math.cos(a!) * Math.cos(b!) * Math.sin(turn! / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(half));
}

/** A grid over half of the north. */
const grid = Array.from(
  { length: 24 * 24 },
  (_, i) => [Math.floor(i / 24) * 3.7, (i % 24) * 15 - 172] as [number, number],
);

describe('near', () => {
  eachCustomer(named, customer => {
    finds(customer, 'R87', [
      ['within kilometers', 'Location?near=46.948|7.4474|100|km', 'bern', 'zurich'],
      ['kilometers are understood', 'Location?near=46.948|7.4474|100', 'bern', 'zurich'],
      ['in meters', 'Location?near=46.948|7.4474|90000|m', 'bern'],
      ['in miles', 'Location?near=46.948|7.4474|62|[mi_i]', 'bern', 'zurich'],
      ['at some distance', 'Location?near=46.948|7.4474', 'bern'],
      ['at the place itself', 'Location?near=46.948|7.4474|0', 'bern'],
      ['across the antimeridian', 'Location?near=-17|-179.95|30|km', 'fiji', 'samoa'],
      ['across the pole', 'Location?near=89.95|10|30|km', 'pole', 'beyond'],
      ['one of two', 'Location?near=46.948|7.4474|1|km,46.2044|6.1432|1|km', 'bern', 'geneva'],
      ['with another condition', 'Location?near=46.948|7.4474|100|km&_id=zurich', 'zurich'],
      ['everywhere', 'Location?near=0|0|30000|km', ...named.map(({ id }) => id!).filter(id => id !== 'nowhere')],
    ]);
    refuses(customer, 'R87', [
      ['no longitude', 'Location?near=46.948', 'value'],
      ['no latitude there is', 'Location?near=91|7', 'value'],
      ['no distance', 'Location?near=46|7|far', 'value'],
      ['a distance below zero', 'Location?near=46|7|-1|km', 'value'],
      ['a unit of something else', 'Location?near=46|7|1|kg', 'value'],
      ['more', 'Location?near=46|7|1|km|x', 'value'],
      ['a modifier', 'Location?near:exact=46|7', 'not-supported'],
    ]);
  });
});

describe('near, against distances', () => {
  eachCustomer(
    grid.map(([latitude, longitude], i) => resource('Location', `g${i}`, at(latitude, longitude))),
    customer => {
      it('[R87] misses nothing, and takes in little more than a circle that is no hemisphere', async () => {
        for (const center of [
          [10, 0],
          [45, 20],
          [80, -170],
          [-20, 175],
        ] as [number, number][]) {
          for (const kilometers of [300, 1500, 6000, 13_000]) {
            const found = new Set(
              (await customer().search(`Location?near=${center.join('|')}|${kilometers}&_count=1000`)).ids,
            );
            for (const [i, place] of grid.entries()) {
              const far = distance(center, place);
              const label = `${center.join()} ${kilometers}: ${place.join()} at ${far}`;
              if (far <= kilometers) assert.ok(found.has(`g${i}`), label);
              if (kilometers < 10_000 && far > kilometers * 1.06) assert.ok(!found.has(`g${i}`), label);
            }
          }
        }
      });
    },
  );
});
