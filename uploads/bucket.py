"""Files in an S3 bucket: how we talk to it, and a deployment check that it is there and not public."""

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.checks import CheckMessage, Error
from django.core.files.storage import default_storage
from storages.backends.s3 import S3Storage

_EVERYBODY = ("/AllUsers", "/AuthenticatedUsers")


class BucketStorage(S3Storage):  # type: ignore[misc]
    """S3 with links of the present signature, and with time-outs: a bucket that is away must not hold a web thread."""

    def __init__(self, *, addressing_style: str = "auto", **options: Any) -> None:
        client_config = Config(
            s3={"addressing_style": addressing_style},
            signature_version="s3v4",
            connect_timeout=3,
            read_timeout=15,
            retries={"total_max_attempts": 2},
        )
        super().__init__(client_config=client_config, **options)


def check_bucket(**_options: Any) -> list[CheckMessage]:
    """For `manage.py check --deploy`; silent when files lie in a local folder."""
    if not isinstance(default_storage, BucketStorage):
        return []
    client, name = default_storage.connection.meta.client, default_storage.bucket_name
    try:
        client.head_bucket(Bucket=name)
    except (BotoCoreError, ClientError) as error:
        hint = "Look at S3_BUCKET, its keys and its endpoint."
        return [Error(f"The bucket {name} cannot be used: {error}", hint=hint, id="uploads.E001")]
    if _policy_is_public(client, name) or _list_is_public(client, name):
        hint = "Files must be private: remove the public policy or ACL, and block public access."
        return [Error(f"The bucket {name} is public.", hint=hint, id="uploads.E002")]
    return []


def _policy_is_public(client: Any, name: str) -> bool:
    try:
        return bool(client.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"])
    except ClientError:  # no policy, or a server that knows none
        return False


def _list_is_public(client: Any, name: str) -> bool:
    try:
        grants = client.get_bucket_acl(Bucket=name)["Grants"]
    except ClientError:
        return False
    return any(grant["Grantee"].get("URI", "").endswith(_EVERYBODY) for grant in grants)
