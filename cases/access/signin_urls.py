"""Every address of signing in, named one by one: what is not named here does not exist.

There is no mail server, so nothing of allauth that sends mail has an address. Passwords and second factors are for office
accounts, phone codes and a new phone for all others.
"""

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path

from cases.access import views
from cases.access.doors import by_password, by_phone, in_one

urlpatterns = [
    path("demo-phone/", views.demo_phone, name="demo_phone"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("login/code/", account.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("phone/verify/", by_phone(account.verify_phone), name="account_verify_phone"),
    path("phone/change/", by_phone(account.change_phone), name="account_change_phone"),
    path("password/change/", by_password(account.password_change), name="account_change_password"),
    path("reauthenticate/", by_password(account.reauthenticate), name="account_reauthenticate"),
    path("2fa/", by_password(second.index), name="mfa_index"),
    path("2fa/authenticate/", by_password(second.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", by_password(second.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", by_password(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", by_password(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", by_password(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        by_password(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        by_password(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", by_password(keys.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", by_password(keys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/reauthenticate/", by_password(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", by_password(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", by_password(keys.edit_webauthn), name="mfa_edit_webauthn"),
]
for _pattern in urlpatterns:
    if _pattern.name != "account_request_login_code":  # a first number opens an account, which is an act of its own
        _pattern.callback = in_one(_pattern.callback)
