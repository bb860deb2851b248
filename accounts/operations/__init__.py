"""Every change of people, rights and sessions; one function a change, called by every door."""

from accounts.operations.groups import save_group
from accounts.operations.passwords import (
    change_password,
    request_password_reset,
    reset_password,
    send_password_resets,
)
from accounts.operations.people import (
    create_customer,
    create_staff,
    set_active,
    set_availability,
    set_password,
    update_profile,
    update_staff,
)
from accounts.operations.sessions import (
    end_session,
    end_sessions,
    refresh,
    register,
    sign_in,
    start_guest,
)
from accounts.operations.teams import save_team

__all__ = [
    "change_password",
    "create_customer",
    "create_staff",
    "end_session",
    "end_sessions",
    "refresh",
    "register",
    "request_password_reset",
    "reset_password",
    "save_group",
    "save_team",
    "send_password_resets",
    "set_active",
    "set_availability",
    "set_password",
    "sign_in",
    "start_guest",
    "update_profile",
    "update_staff",
]
