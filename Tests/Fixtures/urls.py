"""Writes urls.json: URLs and whether Authentik takes them. Run it with Django 5.2 installed:

    python3 urls.py > urls.json

A row is [URL, verdict for a logout URI, verdict for a launch URL]. The verdicts are those of Django's own URLValidator
with the hosts of Authentik's `DomainlessURLValidator`, and of `DomainlessFormattedURLValidator`, which takes
placeholders (authentik/lib/models.py).
"""

import json
import random
import re

from django.conf import settings

settings.configure(USE_I18N=False)

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator


def validator(formatter, schemes=None):
    v = URLValidator(schemes=schemes) if schemes else URLValidator()
    v.host_re = "(" + formatter + v.hostname_re + v.domain_re + "|localhost)"
    v.regex = re.compile(
        r"^(?:[a-z0-9.+-]*)://" r"(?:[^\s:@/]+(?::[^\s:@/]*)?@)?"
        r"(?:" + v.ipv4_re + "|" + v.ipv6_re + "|" + v.host_re + ")" r"(?::\d{2,5})?" r"(?:[/?#][^\s]*)?" r"\Z", re.IGNORECASE)
    v.schemes = ["http", "https", "blank"] + list(v.schemes)
    return v

plain, formatted = validator("", ["http", "https"]), validator(r"([%\(\)a-zA-Z])*")
def takes(v, url):
    value = url
    if value.split("://")[0].lower() not in v.schemes:
        value = "default" + value
    try:
        v(value)
        return True
    except ValidationError:
        return False


urls = """https://x.net
https://x
http://localhost:80/a?b=c#d
HTTPS://X.NET/
https://x.net:9/
https://x.net:09/
https://x.net:80/
https://x.net:443
https://x.net:+443/
https://x.net:000443/
https://x.net:00443/
https://x.net:65535
https://x.net:65536
https://x.net:99999
https://x.net:100000
https://x.net:
https://x.net:/
https://x.net:http
https://x.net:-80
https://:80
https://
https:///x
https:/x.net
https//x.net
://x.net
x.net
//x.net
javascript:alert(1)
blank://blank
ftp://x.net
ftps://x.net
ws://x.net
a+b://x.net
https://a b
https://x.net/a b
https://x.net/a%20b
https://x.net/ä
https://bücher.de
https://xn--bcher-kva.de
https://x_y.net
https://-x.net
https://x-.net
https://x.-y.net
https://x.y-.net
https://x..net
https://.x.net
https://x.net.
https://x.net./a
https://10.0.0.1
https://10.0.0.256
https://10.0.0
https://1
https://[::1]
https://[::1]:8443/x
https://[::1]:9
https://[::1
https://::1
https://::1/
https://[::1]x
https://[1:2:3:4:5:6:7:8]
https://[1:2:3:4:5:6:7:8:9]
https://[1:2:3]
https://[::ffff:10.0.0.1]
https://[::ffff:10.0.0.256]
https://[::01.0.0.1]
https://[fe80::1%25eth0]
https://[10.0.0.1]
https://[x]
https://a:b@x.net
https://a@x.net
https://:b@x.net
https://a:@x.net
https://a:b:c@x.net
https://a@b@x.net
https://@x.net
https://a[b@x.net
https://a]b@x.net
https://me:pa/ssw0rd@h.example/
https://x.net/@me
https://x.net?a@b
https://x.net#a
https://x.net?a
https://x.net\\a
https://x.net/\\a
https://x.net/<a>
https://%(username)s
https://%(username)s.x.net
https://%(username)s.x.net:8443/a
https://%(username)s.x.net:9
https://%(username)s-a.x.net
https://%(username)s1.x.net
https://a%(username)s.x.net
https://a1%(username)s.x.net
https://%(username)s%(email)s.x.net
https://a.%(username)s.example/
https://x.%(username)s
https://%(user_name)s.x.net
https://%(username)s..x.net
https://%(username).x.net
https://%(username)-.x.net
https://%().x.net
https://(a.x.net
https://%zz.x.net
https://%.x.net
https://x.net/%(username)s
https://x.net/?u=%(email)s
https://%(username)s:80@x.net
""".rstrip("\n").split("\n")
urls += ["https://" + "a"*63 + ".net", "https://" + "a"*64 + ".net", "https://%(u)s" + "a"*70 + ".net", "https://" + ".".join(["a"*60]*4), "https://" + ".".join(["a"*60]*4) + ".aaaaaaaaa", "https://" + ".".join(["a"*60]*4) + ".aaaaaaaaaa",
  "https://x.net/" + "a"*(2048-14), "https://x.net/" + "a"*(2049-14), "https://x.net/" + "ä"*(2048-14), "https://x.net/" + "ä"*(2049-14)]
rnd = random.Random(1)
bits = ["https://", "http://", "x", "a1", "-", ".", ":", "8", "80", "443", "/", "?", "#", "@", "[", "]", "::1", "%(username)s", "%", "(", ")", "é", "example.net", "localhost", "_", "xn--a"]
while len(urls) < 700:
    urls.append(rnd.choice(bits[:2]) + "".join(rnd.choice(bits[2:]) for _ in range(rnd.randint(1, 6))))
rows = [[u, takes(plain, u), takes(formatted, u)] for u in dict.fromkeys(urls)]
print("[" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "]")
