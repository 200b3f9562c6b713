// Gets {commit, results} on stdin, gives {passed, summary} on stdout.
import { text } from 'node:stream/consumers';

const { commit, results } = JSON.parse(await text(process.stdin));
const passed = results.filter((result) => result.passed).map((result) => result.shell);
console.error(`Commit ${commit} passed with ${passed.join(', ')}`);
console.log(JSON.stringify({ passed, summary: `${passed.length} of ${results.length} passed` }));
