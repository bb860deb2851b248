"""Define what can go wrong with the embedded services, said so that the reader knows what to do."""


class EmbeddedError(Exception):
    """The embedded services cannot start or stop; the message is one for people."""


class ServicesBusy(EmbeddedError):
    """Another process owns the services of this data folder; `pid` is its process id, 0 when unknown."""

    def __init__(self, message: str, pid: int) -> None:
        super().__init__(message)
        self.pid = pid
