"""Guards, and which paths a person may be sent back to."""

import pytest
from flask import Flask

from portal.auth.guards import anonymous, machine, public, resident_only, staff_only, step_up_required
from portal.auth.own_paths import is_own_path, path_to_come_back_to
from registry_core.values.actor import Role


@pytest.mark.parametrize(
    ("guarded", "name", "roles"),
    [
        (public(lambda: ""), "public", ()),
        (anonymous(lambda: ""), "anonymous", ()),
        (machine(lambda: ""), "machine", ()),
        (resident_only(lambda: ""), "resident_only", ()),
        (staff_only()(lambda: ""), "staff_only", ()),
        (staff_only("clerk", Role.SUPERVISOR)(lambda: ""), "staff_only", (Role.CLERK, Role.SUPERVISOR)),
        (resident_only(step_up_required(lambda: "")), "resident_only", ()),
    ],
)
def test_guard_names_the_audience_of_the_view(guarded, name, roles):
    assert (guarded.__guard__, guarded.__guard_roles__) == (name, roles)


@pytest.mark.parametrize("second", [public, anonymous, machine, resident_only, staff_only("clerk")])
def test_two_guards_on_one_view_are_refused(second):
    with pytest.raises(TypeError, match="two guards"):
        second(resident_only(lambda: ""))


def test_a_role_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="mayor"):
        staff_only("mayor")


def test_step_up_is_no_guard():
    assert not hasattr(step_up_required(lambda: ""), "__guard__")


@pytest.mark.parametrize("path", ["/", "/vi/record", "/vi/requests/ABCD?page=2", "/ja/staff/?view=new&text=%E3%81%82"])
def test_own_paths(path):
    assert is_own_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "vi/record",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/vi//evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\tevil",
        "/\n/evil.example",
        "/\u202eevil",
        "/" + "a" * 500,
        "\\\\evil.example",
        "http:/evil.example",
    ],
)
def test_other_sites_and_trick_paths(path):
    assert not is_own_path(path)


def test_a_form_leads_back_to_its_page():
    app = Flask("test")
    with app.test_request_context("/vi/send", method="POST", data={"_page": "/vi/form"}):
        assert path_to_come_back_to() == "/vi/form"
    with app.test_request_context("/vi/send", method="POST", data={"_page": "//evil.example"}):
        assert path_to_come_back_to() == "/vi/send"
    with app.test_request_context("/vi/list?page=2"):
        assert path_to_come_back_to() == "/vi/list?page=2"
