"""Certificates, keys and tokens for one test, made on the spot; nothing of them is ever committed."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Identities:
    """A folder with everything two ends need to know each other; the files are named as in docs/security.md."""

    folder: Path
    token: str

    def write(self, name: str, content: bytes | str) -> Path:
        """Write a file that only its owner may read."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)
        return path

    def server_file(self, extra: str = "") -> Path:
        """A security file of a server with mutual TLS and a token."""
        return self.write(
            "server.toml",
            'certificate = "server.pem"\nkey = "server.key"\nclient_ca = "ca.pem"\ntoken_file = "token"\n'
            f'[canary]\nca = "ca.pem"\ncertificate = "client.pem"\nkey = "client.key"\n{extra}',
        )

    def client_file(self, name: str = "client.toml", **changes: str | None) -> Path:
        """A security file of a client that gets in, but for the changes; None leaves a key out."""
        keys = {"ca": "ca.pem", "certificate": "client.pem", "key": "client.key", "token_file": "token"} | changes
        return self.write(name, "".join(f'{key} = "{value}"\n' for key, value in keys.items() if value is not None))


def make_identities(folder: Path) -> Identities:
    """A CA with a server's and a client's certificate, a stranger's CA with its client, and a token."""
    os.makedirs(folder, exist_ok=True)
    token = secrets.token_hex(32)
    identities = Identities(folder, token)
    identities.write("token", token + "\n")
    for prefix in ("", "stranger-"):
        ca = trustme.CA()
        identities.write(f"{prefix}ca.pem", ca.cert_pem.bytes())
        for end, name in (("server", "127.0.0.1"), ("client", "camera@arena.example")):
            leaf = ca.issue_cert(name)
            identities.write(f"{prefix}{end}.pem", b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
            identities.write(f"{prefix}{end}.key", leaf.private_key_pem.bytes())
    return identities
