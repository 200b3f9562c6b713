import { DownloadLink } from '../../components/download-link.tsx';
import type { LogChoice } from './log-protocol.ts';

/** All lines as text, in a file. */
export function LogDownload({ run, step, item }: LogChoice) {
  const query = new URLSearchParams({
    ...(step === undefined ? {} : { step }),
    ...(item === undefined ? {} : { item: String(item) }),
  });
  const name = `run-${run}${step === undefined ? '' : `-${step}`}.log`;
  return <DownloadLink url={`/api/v1/runs/${run}/logs/content?${query}`} name={name} label="Download the logs" />;
}
