"""Translation without GNU gettext on the machine: extraction, the Arabic catalogue, its checks, its compiled form."""
