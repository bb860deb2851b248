"""Addresses of accounts."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("auth/register", views.Register.as_view(), name="auth-register"),
    path("auth/login", views.Login.as_view(), name="auth-login"),
    path("auth/guest", views.Guest.as_view(), name="auth-guest"),
    path("auth/customer-token", views.CustomerToken.as_view(), name="auth-customer-token"),
    path("auth/refresh", views.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", views.Logout.as_view(), name="auth-logout"),
    path("auth/logout-all", views.LogoutAll.as_view(), name="auth-logout-all"),
    path("auth/password/change", views.PasswordChange.as_view(), name="auth-password-change"),
    path("auth/password/forgot", views.PasswordForgot.as_view(), name="auth-password-forgot"),
    path("auth/password/reset", views.PasswordReset.as_view(), name="auth-password-reset"),
    path("auth/me", views.Me.as_view(), name="auth-me"),
]
