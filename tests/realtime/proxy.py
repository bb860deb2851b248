"""nginx with the configuration that we ship, before web processes of a test."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.plugins.services import NGINX
from tests.realtime.servers import ROOT, Web, answers, free_port, wait_until

SHIPPED = ROOT / "deploy" / "nginx.conf"
AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/support.conf;
}}
"""


class Proxy:
    """The shipped file, its ports replaced by the test's, in an nginx that ends with the block."""

    def __init__(self, *webs: Web) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="nginx-"))
        text = re.sub(r"listen 80;", f"listen 127.0.0.1:{self.port};", SHIPPED.read_text())
        for number, web in enumerate(webs, start=3001):
            text = text.replace(f"127.0.0.1:{number}", f"127.0.0.1:{web.port}")
        (self.folder / "support.conf").write_text(text)
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder))

    def __enter__(self) -> Proxy:
        program = next(path for path in map(shutil.which, NGINX) if path)
        command = [program, "-e", str(self.folder / "error.log"), "-c", str(self.folder / "nginx.conf")]
        self.process = subprocess.Popen([*command, "-p", str(self.folder)])
        wait_until(lambda: answers(self.port) or self.process.poll() is not None, 10)
        assert self.process.poll() is None, self.log()
        return self

    def __exit__(self, *problem: object) -> None:
        self.process.kill()
        self.process.wait()
        print(self.log())  # noqa: T201  shown by pytest where a test fails
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        kept = self.folder / "error.log"
        return kept.read_text() if kept.exists() else ""

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/support"
