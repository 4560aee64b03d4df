"""Where a firm must be located for a programme to cover it: read from the issuer, the title, area lists and hosts.

The rules, in the order of their weight:

1. Who issues it, as the title's leading bracket (【福岡市】), J-Net21's bracket of issuers (【実施機関】（地域）), the
   issuer's own field or an article's dateline (title：issuer) name it. A municipality or its chamber of commerce
   covers the municipality, a prefecture and its foundations the prefecture, a regional bureau its jurisdiction, a
   national body the country. Of several issuers the narrowest counts.
2. The host of the page (city.hamamatsu.shizuoka.jp, pref.aichi.jp).
3. Full names in the title (岡山市, never 岡山). A stem counts only with an institution behind it (大阪産業局).
4. Area lists. 全国 beside single prefectures is not obeyed; a list of all prefectures is 全国.

A name that several places share counts only where a prefecture decides it. Wards count as their city.
"""

from indexer.normalise.areas.names import named_places
from indexer.normalise.areas.reader import Coverage, read, read_row

__all__ = ["Coverage", "named_places", "read", "read_row"]
