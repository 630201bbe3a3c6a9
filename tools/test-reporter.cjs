/**
 * Mocha's own "spec" report; besides, mocha's counts go to the file that PORTICO_TEST_STATS names, for programs.
 * CommonJS because that is how mocha loads a reporter.
 */
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

class StatsReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.PORTICO_TEST_STATS;
    if (file) runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => writeFileSync(file, JSON.stringify(this.stats)));
  }
}

module.exports = StatsReporter;
