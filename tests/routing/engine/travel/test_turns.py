from .towns import SQUARE, TEN_M_S, a_town, at, journey, opened

# A crossing at X: W–X–E runs west to east, S–X–N south to north; E–P–N joins two of the ends, S is a far dead end.
CROSSING = {"X": (0, 0), "W": (-1000, 0), "E": (1000, 0), "N": (0, 1000), "S": (0, -3000)}
WEST_ARM, EAST_ARM, NORTH_ARM, SOUTH_ARM = 0, 1, 2, 3
ARMS = [("W X", TEN_M_S), ("X E", TEN_M_S), ("X N", TEN_M_S), ("S X", TEN_M_S)]
LONG_WAY = {"P": (1000, 1000)}
ROUND = [("E P N", TEN_M_S)]
WEST, EAST, NORTH, SOUTH = at(-900, 0), at(900, 0), at(0, 900), at(0, -900)


def crossing(tmp_path, *turns, ways=(), **tags):
    return opened(a_town(tmp_path, nodes=CROSSING | LONG_WAY, ways=[*ARMS, *ROUND, *ways], turns=turns, **tags))


def test_without_restrictions_every_turn_is_made(tmp_path):
    assert journey(crossing(tmp_path), WEST, NORTH) == (180, 1800)


def test_banned_left_turn_is_driven_round(tmp_path):
    travel = crossing(tmp_path, (WEST_ARM, "X", NORTH_ARM, "no_left_turn"))

    # 900 to X, straight on 1,000 to E, 1,000 to P, 1,000 to N, back 100
    assert journey(travel, WEST, NORTH) == (400, 4000)
    # other turns are free
    assert journey(travel, SOUTH, NORTH) == (180, 1800)
    assert journey(travel, WEST, EAST) == (180, 1800)
    assert journey(travel, NORTH, WEST) == (180, 1800)


def test_banned_turn_is_not_dodged_by_turning_round_at_the_next_junction(tmp_path):
    # without the rule: 900 + 1,000 to E + 1,000 back to X + 900 = 3,800 m, less than the 4,000 m round
    travel = crossing(tmp_path, (WEST_ARM, "X", NORTH_ARM, "no_left_turn"))

    assert journey(travel, WEST, NORTH)[1] == 4000


def test_turning_round_in_a_dead_end_stays_allowed(tmp_path):
    travel = opened(a_town(tmp_path, nodes=CROSSING, ways=ARMS, turns=[(WEST_ARM, "X", NORTH_ARM, "no_left_turn")]))

    # into the dead end E and back: 900 + 2 × 1,000 + 900
    assert journey(travel, WEST, NORTH) == (380, 3800)


def test_only_straight_on_bans_every_other_turn(tmp_path):
    travel = crossing(tmp_path, (WEST_ARM, "X", EAST_ARM, "only_straight_on"))

    assert journey(travel, WEST, EAST) == (180, 1800)
    assert journey(travel, WEST, NORTH) == (400, 4000)
    # south: 1,900 to E, 2,000 by P to N, 1,000 down to X, 900 on
    assert journey(travel, WEST, SOUTH) == (580, 5800)


def test_no_u_turn_bans_turning_round_only(tmp_path):
    block = opened(
        a_town(
            tmp_path,
            nodes=SQUARE | {"Q": (2000, 0)},
            ways=[("A B", TEN_M_S | {"oneway": "yes"}), ("B Q", TEN_M_S), ("B C D A", TEN_M_S)],
            turns=[(1, "B", 1, "no_u_turn")],
        )
    )

    # from the dead end Q west to B, then north: allowed
    assert journey(block, at(2000, 0), at(1000, 1000)) == (200, 2000)


def test_restriction_that_excepts_vans_is_not_applied(tmp_path):
    travel = crossing(tmp_path, (WEST_ARM, "X", NORTH_ARM, "no_left_turn"), turn_tags={"except": "goods"})

    assert journey(travel, WEST, NORTH) == (180, 1800)


def test_only_rule_whose_target_is_missing_closes_nothing(tmp_path):
    travel = crossing(tmp_path, (WEST_ARM, "X", 98, "only_straight_on"))

    assert journey(travel, WEST, NORTH) == (180, 1800)


def test_way_running_through_the_junction_is_cut_there(tmp_path):
    # each of the two ways is both `from` and `to`: its halves are told apart by the turn
    ways = [("W X E", TEN_M_S), ("S X N", TEN_M_S), ("E P N", TEN_M_S)]
    travel = opened(
        a_town(
            tmp_path, nodes=CROSSING | LONG_WAY, ways=ways, turns=[(0, "X", 0, "no_u_turn"), (1, "X", 1, "no_u_turn")]
        )
    )

    assert journey(travel, WEST, NORTH) == (180, 1800)
    assert journey(travel, WEST, EAST) == (180, 1800)


def test_point_on_the_banned_arm_itself_is_reached_the_long_way(tmp_path):
    travel = crossing(tmp_path, (WEST_ARM, "X", NORTH_ARM, "no_left_turn"))

    # 100 m north of X: 900 + 1,000 + 1,000 + 1,000 + 900 from N down
    assert journey(travel, WEST, at(0, 100)) == (480, 4800)


def test_point_at_the_junction_itself_is_free_to_go_anywhere(tmp_path):
    travel = crossing(tmp_path, (WEST_ARM, "X", NORTH_ARM, "no_left_turn"))

    assert journey(travel, WEST, at(0, 0)) == (90, 900)
    assert journey(travel, at(0, 0), NORTH) == (90, 900)


def test_restriction_over_a_way_is_left_out(tmp_path):
    travel = crossing(tmp_path, (WEST_ARM, "X", NORTH_ARM, "no_left_turn"), via_way=True)

    assert journey(travel, WEST, NORTH) == (180, 1800)


def test_journey_may_start_where_every_arm_has_a_restriction(tmp_path):
    nodes = {name: CROSSING[name] for name in "WXE"}
    turns = [(0, "X", 0, "no_u_turn"), (1, "X", 1, "no_u_turn")]
    travel = opened(a_town(tmp_path, nodes=nodes, ways=[("W X", TEN_M_S), ("X E", TEN_M_S)], turns=turns))

    assert journey(travel, at(0, 0), EAST) == (90, 900)
    assert journey(travel, EAST, at(0, 0)) == (90, 900)
