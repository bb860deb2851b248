"""Show that the clients a restart cut off come back spread over five seconds and more, not all in one moment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = ROOT / "realtime/static/realtime/realtime.js"
# Open 400 clients whose socket closes with the code as soon as it is made; tell when each of them would connect again.
SCRIPT = """
const { connect } = await import(process.argv[1]);
const code = Number(process.argv[2]);
const delays = [];
const later = globalThis.setTimeout;
globalThis.setTimeout = (act, after, ...rest) => {
  if (/open/.test(String(act))) { delays.push(after); return 0; }
  return later(act, after, ...rest);
};
globalThis.WebSocket = class extends EventTarget {
  constructor() {
    super();
    queueMicrotask(() => {
      const closed = Object.assign(new Event("close"), { code });
      this.onclose?.(closed);
      this.dispatchEvent(closed);
    });
  }
  send() {}
  close() {}
};
for (let each = 0; each < 400; each++) connect("token", "http://127.0.0.1:1");
later(() => { console.log(JSON.stringify(delays)); process.exit(0); }, 300);
"""


@pytest.mark.node
@pytest.mark.parametrize(("code", "seconds"), [(1012, 5), (1013, 5), (4429, 10)])
def test_clients_that_a_restart_cut_off_come_back_spread_over_seconds(code: int, seconds: int) -> None:
    command = ["node", "--input-type=module", "-e", SCRIPT, CLIENT.as_uri(), str(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    delays = [delay / 1000 for delay in json.loads(done.stdout)]
    assert len(delays) == 400
    thirds = [
        sum(seconds * part / 3 <= delay - 0.05 < seconds * (part + 1) / 3 for delay in delays) for part in range(3)
    ]
    assert sum(thirds) == 400, "somebody comes back later than promised"
    assert min(thirds) > 80, thirds
