import { Download } from 'lucide-react';
import { readToken } from '../../api/token.ts';
import { buttonClass, IconButton } from '../../components/button.tsx';
import type { LogChoice } from './log-protocol.ts';

/** A link where the browser may ask by itself; with a token, the page has to ask. */
export function LogDownload({ run, step, item }: LogChoice) {
  const query = new URLSearchParams({
    ...(step === undefined ? {} : { step }),
    ...(item === undefined ? {} : { item: String(item) }),
  });
  const url = `/api/v1/runs/${run}/logs/content?${query}`;
  const name = `run-${run}${step === undefined ? '' : `-${step}`}.log`;
  const token = readToken();
  if (token === null) {
    return (
      <a
        href={url}
        download={name}
        aria-label="Download the logs"
        title="Download the logs"
        className={`${buttonClass('quiet', true)} w-7 px-0!`}
      >
        <Download aria-hidden />
      </a>
    );
  }
  return (
    <IconButton label="Download the logs" onClick={() => void save(url, token, name)}>
      <Download />
    </IconButton>
  );
}

async function save(url: string, token: string, name: string): Promise<void> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
