"""Gets {batches, rows} on stdin; gives that many batches of made-up sales, the same every time."""

import json
import sys

wanted = json.load(sys.stdin)
regions = ["east", "north", "south", "west"]
batches = [
    [{"region": regions[(batch + row) % 4], "amount": (batch * 7 + row * 3) % 50} for row in range(wanted["rows"])]
    for batch in range(wanted["batches"])
]
print(f"{len(batches)} batches", file=sys.stderr)
json.dump(batches, sys.stdout)
