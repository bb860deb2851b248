"""Every change of people, rights and sessions; one function a change, called by every door."""

from accounts.operations.groups import save_group
from accounts.operations.passwords import (
    change_password,
    forgot_password,
    make_reset_link,
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
from accounts.operations.second_factor import (
    confirm_second_factor,
    disable_second_factor,
    reset_second_factor,
    start_second_factor,
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
    "confirm_second_factor",
    "create_customer",
    "create_staff",
    "disable_second_factor",
    "end_session",
    "end_sessions",
    "forgot_password",
    "make_reset_link",
    "refresh",
    "register",
    "request_password_reset",
    "reset_password",
    "reset_second_factor",
    "save_group",
    "save_team",
    "send_password_resets",
    "set_active",
    "set_availability",
    "set_password",
    "sign_in",
    "start_guest",
    "start_second_factor",
    "update_profile",
    "update_staff",
]
