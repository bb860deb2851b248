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
from accounts.operations.personal_data import erase_personal_data, export_personal_data
from accounts.operations.second_factor import (
    confirm_second_factor,
    disable_second_factor,
    reset_second_factor,
    start_second_factor,
)
from accounts.operations.server_keys import create_server_key, revoke_server_key, server_key, sign_in_for_shop
from accounts.operations.sessions import (
    end_family,
    end_session,
    end_sessions,
    refresh,
    register,
    sign_in,
    sign_in_customer,
    start_guest,
)
from accounts.operations.sign_in_links import (
    ask_for_sign_in_link,
    make_sign_in_link,
    request_sign_in_link,
    send_sign_in_links,
    sign_in_by_link,
)
from accounts.operations.teams import save_team

__all__ = [
    "ask_for_sign_in_link",
    "change_password",
    "confirm_second_factor",
    "create_customer",
    "create_server_key",
    "create_staff",
    "disable_second_factor",
    "end_family",
    "end_session",
    "end_sessions",
    "erase_personal_data",
    "export_personal_data",
    "forgot_password",
    "make_reset_link",
    "make_sign_in_link",
    "refresh",
    "register",
    "request_password_reset",
    "request_sign_in_link",
    "reset_password",
    "reset_second_factor",
    "revoke_server_key",
    "save_group",
    "save_team",
    "send_password_resets",
    "send_sign_in_links",
    "server_key",
    "set_active",
    "set_availability",
    "set_password",
    "sign_in",
    "sign_in_by_link",
    "sign_in_customer",
    "sign_in_for_shop",
    "start_guest",
    "start_second_factor",
    "update_profile",
    "update_staff",
]
