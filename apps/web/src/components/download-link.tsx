import { Download } from 'lucide-react';
import { fetchAsSomebody } from '../api/session.ts';
import { readToken } from '../api/token.ts';
import { Button, buttonClass, IconButton } from './button.tsx';

/** A link where the browser may ask by itself; with a token, the page has to ask. `text`: beside the icon. */
export function DownloadLink({ url, name, label, text }: { url: string; name: string; label: string; text?: string }) {
  const token = readToken();
  if (token === null) {
    return (
      <a
        href={url}
        download={name}
        aria-label={label}
        title={label}
        className={text === undefined ? `${buttonClass('quiet', true)} w-7 px-0!` : buttonClass()}
      >
        <Download aria-hidden />
        {text}
      </a>
    );
  }
  const download = () => void save(url, token, name);
  return text === undefined ? (
    <IconButton label={label} onClick={download}>
      <Download />
    </IconButton>
  ) : (
    <Button aria-label={label} onClick={download}>
      <Download aria-hidden />
      {text}
    </Button>
  );
}

async function save(url: string, token: string, name: string): Promise<void> {
  const response = await fetchAsSomebody(url, { headers: { authorization: `Bearer ${token}` } });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
