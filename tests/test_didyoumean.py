from atomlint.didyoumean import nearest, suggestion

RULES = ["redis-per-request", "redis-set-without-ttl", "tenant-uncached-lookup"]


def test_a_misspelt_name_finds_the_right_one():
    assert nearest("redis-per-reqest", RULES) == ["redis-per-request"]


def test_case_does_not_matter_and_the_known_spelling_comes_back():
    assert nearest("database_url", ["DATABASE_URL", "REDIS_URL"]) == ["DATABASE_URL"]


def test_nothing_is_suggested_for_a_name_like_no_other():
    assert nearest("xyzzy", RULES) == []
    assert suggestion("xyzzy", RULES) == ""
    assert suggestion("", RULES) == ""


def test_more_than_one_name_can_be_asked_for_best_first():
    assert nearest("redis-per-request-x", [*RULES, "redis-per-requests"], count=2) == [
        "redis-per-request",
        "redis-per-requests",
    ]


def test_a_suggestion_continues_a_message():
    assert suggestion("tenant-uncached-lookups", RULES) == "; did you mean 'tenant-uncached-lookup'?"


def test_ties_do_not_depend_on_the_order_given():
    assert nearest("ab", ["abc", "abd"]) == nearest("ab", ["abd", "abc"])
