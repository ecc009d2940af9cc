"""What makes the claims about nginx in the scenario ``everything`` false."""

from __future__ import annotations

from tests.support.breaks.model import Break, Claims
from tests.support.breaks.nginx import RELOAD

APP = "/etc/nginx/sites-enabled/app.conf"
LIMITS = "/etc/nginx/conf.d/limits.conf"
PROXY = "/etc/nginx/conf.d/proxy.conf"
PASSED = "/etc/nginx/includes/proxy.conf"
UPSTREAM = "/etc/nginx/upstreams/app.conf"
CORS = "test_nginx_policies::test_only_the_origins_of_the_inventory_may_read_a_route"

_served = Claims("test_nginx_everything")
_limited = Claims("test_nginx_everything_limits")


def served(test: str, path: str, expression: str, *also: str) -> Break:
    """A claim about what is served."""
    return _served.edited(test, path, expression, also=also, after=RELOAD)


def limited(test: str, path: str, expression: str, *also: str) -> Break:
    """A claim about limits and clients."""
    return _limited.edited(test, path, expression, also=also, after=RELOAD)


SERVED = (
    served(
        "test_every_kind_of_response_has_the_headers_once",
        APP,
        '/location = .robots.txt \\{/a add_header X-Content-Type-Options "nosniff" always;',
    ),
    served(
        "test_bodies_are_limited_by_site_and_route", APP, "s/client_max_body_size 4m/client_max_body_size 2m/"
    ),
    served(
        "test_hashed_names_are_kept_for_a_year_and_others_are_not",
        APP,
        "s/max-age=31536000, immutable/max-age=31536000/",
    ),
    served(
        "test_an_application_that_routes_in_the_browser_gets_its_page",
        APP,
        "s#location /docs/ \\{#&\\n        sub_filter '<p>' '<b>';#",
    ),
    served(
        "test_a_page_that_is_missing_itself_is_not_found",
        APP,
        "s#/docs/index.html =404#/docs/index.html =410#",
    ),
    served("test_hidden_files_are_not_there", PROXY, "/well-known/d"),
    served(
        "test_text_is_compressed_for_clients_that_accept_it",
        "/etc/nginx/conf.d/compression.conf",
        "s/^gzip on/gzip off/",
    ),
    served(
        "test_text_is_compressed_better_where_brotli_is_packaged",
        "/etc/nginx/conf.d/compression.conf",
        "s/^brotli on/brotli off/",
    ),
    served("test_responses_are_cached_but_never_those_for_one_user", APP, "s/ \\$http_cookie;/;/"),
    served("test_a_health_check_is_never_kept", "/etc/nginx/conf.d/caches.conf", "/healthcheck/d"),
    served(
        "test_a_websocket_is_a_websocket_and_a_request_is_a_request",
        PROXY,
        's#"~\\^GET \\(\\?i\\)websocket\\$" websocket;##',
    ),
    served(
        "test_no_upgrade_but_a_websocket_reaches_the_application",
        PROXY,
        '/^map .*websocket_upgrade \\{/a "~^GET (?<any_upgrade>.*h2c.*)$" $any_upgrade;',
    ),
    served(
        "test_a_websocket_begins_with_get_alone",
        PROXY,
        '/^map .*websocket_upgrade \\{/a "~^POST (?i)websocket$" websocket;',
    ),
    served(
        "test_an_allowed_origin_may_read_and_no_other",
        APP,
        's#^    "https://studio.rig.test" .*#&\\n    "https://evil.test" "https://evil.test";#',
    ),
    served("test_a_preflight_is_answered_by_nginx", APP, 's/"600"/"601"/', CORS),
    served("test_redirects_keep_what_they_should", APP, "s#return 301 /new/#return 301 /newer/#"),
    served("test_instances_share_by_weight_and_a_dead_one_is_passed_over", UPSTREAM, "s/weight=3/weight=2/"),
    served(
        "test_without_any_instance_the_site_shows_its_own_page",
        "/etc/nginx/pages/app_502.html",
        "s/Back soon/Soon back/",
    ),
    served(
        "test_a_site_in_maintenance_sends_retry_after",
        "/etc/nginx/sites-enabled/closed.conf",
        "s/Retry-After 600/Retry-After 601/",
    ),
    served(
        "test_a_site_that_only_reads_refuses_to_write",
        "/etc/nginx/sites-enabled/media.conf",
        "s/Retry-After 120/Retry-After 121/",
    ),
)
LIMITED = (
    limited(
        "test_a_burst_is_served_and_what_exceeds_it_gets_429", APP, "s/burst=20 nodelay/burst=90 nodelay/"
    ),
    limited("test_another_address_of_the_same_ipv6_network_escapes_no_limit", LIMITS, "/ipv6_network/d"),
    limited(
        "test_another_x_forwarded_for_each_time_escapes_no_limit",
        LIMITS,
        "s/default \\$binary_remote_addr;/default $binary_remote_addr$http_x_forwarded_for;/",
    ),
    limited(
        "test_a_flood_of_refusals_is_logged_once_in_a_while_and_in_one_log",
        "/etc/nginx/conf.d/log.conf",
        's/"~REJECTED " 0/"~REJECTED " 1/',
    ),
    limited(
        "test_a_slow_zone_serves_some_at_once_and_then_spaces_out", APP, "s/burst=3 delay=2/burst=3 nodelay/"
    ),
    limited(
        "test_the_application_hears_the_truth_about_the_client",
        PASSED,
        "s/X-Forwarded-Proto \\$scheme/X-Forwarded-Proto http/",
    ),
    limited(
        "test_the_application_sees_the_port_that_the_client_asked", PROXY, 's/"~:443\\$" ""/"~:443$" ":443"/'
    ),
    limited("test_what_a_client_claims_in_place_of_a_proxy_does_not_arrive", PASSED, "/True-Client-IP/d"),
    limited(
        "test_a_trusted_proxy_is_believed_up_to_the_first_stranger",
        "/etc/nginx/conf.d/real_ip.conf",
        "s/real_ip_recursive on/real_ip_recursive off/",
    ),
    limited("test_denied_networks_get_403_with_all_headers", APP, "s/203.0.113.0.24 1/203.0.113.0\\/24 0/"),
    limited("test_the_most_specific_network_decides", APP, "s/10.9.0.0.16 1/10.9.0.0\\/16 0/"),
)
BREAKS = (*SERVED, *LIMITED)
