import fc from 'fast-check';

/**
 * A mutant that a few dozen random runs do not find is left to the tests that name the behaviour: it has to be named
 * there anyway. The seed is fixed, so that the same mutants fall each time.
 */
fc.configureGlobal({ interruptAfterTimeLimit: 1_000, markInterruptAsFailure: false, seed: 1 });
