"""Gets {archives: [{set, archive}]} on stdin; opens each archive and counts what it holds."""

import json
import sys
import tarfile

archives = json.load(sys.stdin)["archives"]
files = 0
for archive in archives:
    with tarfile.open(archive["archive"]) as opened:
        names = [member.name for member in opened if member.isfile()]
    print(f"{archive['set']}: {len(names)} files", file=sys.stderr)
    files += len(names)
json.dump({"archives": len(archives), "files": files}, sys.stdout)
