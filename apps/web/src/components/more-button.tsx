import { Button } from './button.tsx';

/** The way to what a list does not show yet; nothing when it shows all. */
export function MoreButton({
  query,
}: {
  query: Readonly<{ hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }>;
}) {
  if (!query.hasNextPage) return null;
  return (
    <div className="border-t p-2 text-center">
      <Button look="quiet" disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}
