"""The addresses of operations."""

from django.urls import path

from workflows.operations import plan_views, views

app_name = "operations"
urlpatterns = [
    path("suspensions/", views.suspensions, name="suspensions"),
    path("suspensions/road", views.suspend_road, name="suspend_road"),
    path("suspensions/case/<slug:number>", views.suspend, name="suspend"),
    path("suspensions/<int:pk>/end", views.resume, name="resume"),
    path("stuck/", plan_views.stuck, name="stuck"),
    path("plans/", plan_views.plans, name="plans"),
    path("plans/case/<slug:number>", plan_views.plan_case, name="plan_case"),
    path("plans/road", plan_views.plan_road, name="plan_road"),
    path("plans/<int:pk>/", plan_views.plan, name="plan"),
    path("plans/<int:pk>/sign", plan_views.sign, name="sign"),
    path("plans/<int:pk>/drop", plan_views.drop, name="drop"),
    path("plans/<int:pk>/undo", plan_views.undo, name="undo"),
]
