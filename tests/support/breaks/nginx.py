"""What makes the claims about any host's nginx false."""

from __future__ import annotations

from tests.support.breaks.model import Break, Claims

RELOAD = "nginx -t && systemctl reload nginx && sleep 2"
MOZILLA = "test_nginx::test_mozilla_would_choose_the_same_tls"
TLS = "/etc/nginx/conf.d/tls.conf"
MEDIA = "/etc/nginx/sites-enabled/media.conf"

_nginx = Claims("test_nginx")
_plain = Claims("test_nginx", "plain")
_policies = Claims("test_nginx_policies")


def edited(
    test: str, path: str, expression: str, *also: str, touches: str = "", claims: Claims = _nginx
) -> Break:
    """By a file that nginx loads."""
    return claims.edited(test, path, expression, also=also, after=RELOAD, touches=touches)


BREAKS = (
    _nginx.unit("test_it_runs_and_comes_back_after_a_boot", "disable", "nginx.service"),
    _nginx.listened("test_it_listens_on_the_endpoints_of_the_inventory_alone", "nginx", 7099),
    edited(
        "test_its_status_is_for_the_host_alone", "/etc/nginx/conf.d/status.conf", "s/stub_status \\{/stub {/"
    ),
    _nginx.loosened("test_its_unit_may_do_little", "/etc/systemd/system/nginx.service.d/hardening.conf"),
    _nginx.ran(
        "test_it_takes_its_configuration_without_a_warning",
        "echo 'server { listen 0.0.0.0:8000; server_name app.rig.test; }' >/etc/nginx/sites-enabled/zz.conf",
        "rm /etc/nginx/sites-enabled/zz.conf",
    ),
    _nginx.unit("test_the_log_is_rotated_by_its_package_every_day", "stop", "logrotate.timer"),
    _nginx.unit(
        "test_a_log_that_grows_too_large_is_rotated_within_minutes", "stop", "rigwright-nginx-logs.timer"
    ),
    _plain.edited("test_without_a_site_it_welcomes", "/var/www/welcome/index.html", "s/It works/It runs/"),
    edited(
        "test_a_request_for_an_unknown_name_gets_no_response",
        "/etc/nginx/conf.d/default_server.conf",
        "s/return 444/return 404/",
    ),
    edited("test_http_leads_to_https_and_keeps_the_path", MEDIA, "s#:8443\\$request_uri#:8443$uri#"),
    edited(
        "test_redirected_names_lead_to_the_first",
        "/etc/nginx/sites-enabled/app.conf",
        "s#https://app.rig.test:8443\\$request_uri#https://app2.rig.test:8443$request_uri#",
    ),
    edited(
        "test_every_response_has_the_security_headers_once",
        "/etc/nginx/includes/headers_media.conf",
        "/add_header Referrer-Policy/d",
    ),
    edited(
        "test_every_site_sends_the_content_policy_of_the_inventory",
        "/etc/nginx/includes/headers_app.conf",
        "s#frame-ancestors https://partner.rig.test#frame-ancestors https://evil.test#",
        claims=_policies,
    ),
    edited(
        "test_only_the_origins_of_the_inventory_may_read_a_route",
        "/etc/nginx/sites-enabled/app.conf",
        's#"https://other.rig.test:8443" "https://other.rig.test:8443"#"https://other.rig.test:8443" "*"#',
        claims=_policies,
    ),
    edited(
        "test_this_machine_is_let_in_only_where_the_inventory_lets_its_network",
        "/etc/nginx/sites-enabled/app.conf",
        "/geo \\$denied_16_app/,/\\}/s/10.0.0.0.8 0/10.0.0.0\\/8 1/",
        "test_nginx_everything_limits::test_the_most_specific_network_decides",
        claims=_policies,
    ),
    edited("test_the_certificate_is_for_every_name_of_its_site", MEDIA, "s#/tls/media/#/tls/app/#"),
    _nginx.moded("test_only_root_reads_a_key", "/etc/nginx/tls/media/self_signed/privkey.pem", "644"),
    edited(
        "test_old_tls_is_refused",
        TLS,
        (
            "s/^ssl_protocols .*/ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;/;"
            "s/^ssl_ciphers /ssl_ciphers @SECLEVEL=0:ECDHE-ECDSA-AES128-SHA:/"
        ),
        MOZILLA,
        touches="tls",
    ),
    edited(
        "test_tls_of_today_is_spoken",
        TLS,
        "s/^ssl_protocols .*/ssl_protocols TLSv1.3;/",
        touches="tls",
    ),
    edited(
        "test_mozilla_would_choose_the_same_tls",
        TLS,
        "s/^ssl_ciphers /ssl_ciphers ECDHE-ECDSA-AES128-SHA256:/",
        touches="tls",
    ),
    edited(
        "test_keys_are_exchanged_so_that_no_quantum_computer_reads_them_later",
        TLS,
        "s/[?]X25519MLKEM768://",
        touches="tls",
    ),
    edited("test_http2_is_spoken", "/etc/nginx/includes/listen_https.conf", "/http2 on/d", touches="http2"),
    edited(
        "test_http3_is_offered_where_it_is_on",
        "/etc/nginx/includes/headers_app.conf",
        "/add_header Alt-Svc/d",
    ),
    edited(
        "test_the_log_is_json_without_queries",
        "/etc/nginx/conf.d/log.conf",
        's/"referer":"\\$referer_path"/"referer":"$http_referer"/',
    ),
)
ELSEWHERE = {
    "test_nginx::test_who_gives_no_password_stays_outside_and_the_hashes_are_not_for_everybody": (
        "a site with passwords: no scenario has one"
    )
}
