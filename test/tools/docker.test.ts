/** What can be told of the image by reading; tools/image.mjs does what it says. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { greeting } from '../../src/greeting.js';
import { loadConfig } from '../../src/config/config.js';

interface Instruction {
  name: string;
  text: string;
}

interface Service {
  image?: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  volumes?: string[];
}

/** The stages of the Dockerfile, each a list of instructions with continued lines joined. */
function stages(): Instruction[][] {
  const lines = readFileSync('Dockerfile', 'utf8')
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter(line => line.trim() !== '');
  const result: Instruction[][] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? assert.fail(`no instruction: ${line}`);
    if (name === 'FROM') result.push([]);
    result.at(-1)?.push({ name, text });
  }
  return result;
}

const all = (stage: Instruction[] | undefined, name: string): string[] =>
  (stage ?? []).filter(instruction => instruction.name === name).map(({ text }) => text);

/** What a COPY takes from the project. */
const sources = (copy: string): string[] => (copy.startsWith('--from=') ? [] : copy.split(/\s+/).slice(0, -1));

const requireFromMocha = createRequire(createRequire(import.meta.url).resolve('mocha/package.json'));
const yaml = requireFromMocha('js-yaml') as { load(text: string): unknown };

describe('tools/docker', () => {
  const [build, final, ...more] = stages();

  describe('Dockerfile', () => {
    it('has two stages on the Node that package.json asks for, the first one named', () => {
      assert.equal(more.length, 0);
      assert.deepEqual(all(build, 'FROM'), ['node:24-slim AS build']);
      assert.deepEqual(all(final, 'FROM'), ['node:24-slim']);
    });

    it('copies what exists and what .dockerignore lets through', () => {
      const context = readFileSync('.dockerignore', 'utf8').split('\n');
      assert.equal(context[0], '*');
      for (const source of [build, final].flatMap(stage => all(stage, 'COPY').flatMap(sources))) {
        assert(existsSync(source), `${source} does not exist`);
        assert(context.includes(`!${source}`) || context.includes(`!${source}/`), `${source} is ignored`);
      }
      for (const copy of all(final, 'COPY').filter(text => text.startsWith('--from='))) {
        assert.match(copy, /^--from=build \/app\//);
      }
    });

    it('installs for running alone, without the Node that npm brings', () => {
      assert.match(all(build, 'RUN').at(-1) ?? '', /npm ci --omit=dev && rm -rf node_modules\/node-linux-\*/);
    });

    it('runs as nobody special, keeps its data in a volume of that user, and listens outside', () => {
      assert.deepEqual(all(final, 'USER'), ['node']);
      const names = (final ?? []).map(({ name }) => name);
      assert(names.indexOf('USER') < names.indexOf('CMD') && names.lastIndexOf('RUN') < names.indexOf('USER'));
      assert.match(all(final, 'RUN').join(), /chown node:node \/data/);
      assert.deepEqual(all(final, 'VOLUME'), ['/data']);
      assert.deepEqual(all(final, 'EXPOSE'), ['8080']);
    });

    it('sets variables that exist, and with a public address is a configuration that starts', () => {
      const env = Object.fromEntries(
        all(final, 'ENV').flatMap(text => text.split(/\s+/).map(pair => pair.split('=') as [string, string])),
      );
      const config = loadConfig({ ...env, PORTICO_URL: 'https://portal.example.org' });
      assert.deepEqual(
        [config.production, config.host, config.port, config.dataFolder, config.demo],
        [true, '0.0.0.0', 8080, '/data', false],
      );
    });

    it('asks the allocator for the same as npm start does: large bodies leave no holes in its arenas', () => {
      const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
      const [image, start] = [all(final, 'ENV').join(' '), scripts['start'] ?? ''];
      assert.deepEqual(start.match(/MALLOC_\S+/g), ['MALLOC_ARENA_MAX=2', 'MALLOC_MMAP_THRESHOLD_=131072']);
      assert.deepEqual(image.match(/MALLOC_\S+/g), start.match(/MALLOC_\S+/g));
    });

    it('starts what the build makes, and asks it whether it is ready', () => {
      const [command = ''] = all(final, 'CMD');
      assert.deepEqual(JSON.parse(command), ['node', '--max-semi-space-size=16', 'dist/src/main.js']);
      assert(existsSync('src/main.ts'));
      const [, check = ''] = /CMD (\[.*\])$/.exec(all(final, 'HEALTHCHECK')[0] ?? '') ?? [];
      assert.match((JSON.parse(check) as string[])[2] ?? '', /process\.env\.PORT \+ '\/health\/ready'/);
    });
  });

  it('runs the commands of package.json in the image, which has no sources to build', () => {
    const kept = all(final, 'COPY').join(' ');
    for (const file of ['tools/run.mjs', 'tools/runtime.mjs', 'package.json'])
      assert.ok(kept.includes(`/app/${file}`), file);
    assert.match(readFileSync('tools/run.mjs', 'utf8'), /if \(existsSync\(join\(root, 'src'\)\)\)/);
  });

  it('has a first call in a container that the container itself can make', () => {
    const config = loadConfig({ PORTICO_URL: 'http://localhost:8080' });
    assert.match(greeting(config, [], true), /docker exec \S+ node dist\/src\/commands\/token\.js demo-system/);
    assert.match(greeting(config, [], false), /npm run --silent --prefix/);
  });

  describe('compose.yaml', () => {
    const { services, volumes } = yaml.load(readFileSync('compose.yaml', 'utf8')) as {
      services: Record<'mongo' | 'portico', Service>;
      volumes: Record<string, unknown>;
    };

    it('makes a replica set of a MongoDB of 7.0 or later, and waits for it', () => {
      const { image, command, healthcheck } = services.mongo;
      assert.match(image ?? '', /^mongo:([7-9]|\d\d)\./);
      assert.equal(command?.[command.indexOf('--replSet') + 1], 'rs0');
      assert.match(healthcheck?.test.at(-1) ?? '', /rs\.initiate\(\{ _id: 'rs0'.*isWritablePrimary/s);
      assert.equal(services.portico.depends_on?.['mongo']?.condition, 'service_healthy');
    });

    it('gives Portico a configuration that starts in production mode, on that set', () => {
      const config = loadConfig({ NODE_ENV: 'production', HOST: '0.0.0.0', ...services.portico.environment });
      assert.deepEqual(config.store, { kind: 'mongo', url: 'mongodb://mongo:27017/portico?replicaSet=rs0' });
      assert.deepEqual(services.portico.ports, ['127.0.0.1:8080:8080']);
    });

    it('declares the volumes it mounts', () => {
      const mounted = Object.values(services).flatMap(service => service.volumes ?? []);
      assert.deepEqual(mounted.map(volume => volume.split(':')[0]).sort(), Object.keys(volumes).sort());
    });
  });
});
