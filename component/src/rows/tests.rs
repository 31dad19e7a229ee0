use notification_bell_protocol::Timestamp;
use proptest::prelude::*;

use super::{Group, Listed, Row, arrange, row_of};

/// Days of ten milliseconds.
fn listed<'item>(id: &'item str, moment: i64, kind: &'item str) -> Listed<'item> {
    Listed {
        id,
        moment: Timestamp::from_unix_ms(moment),
        day_ms: moment / 10 * 10,
        kind: Some(kind).filter(|kind| *kind != "-"),
        category: None,
    }
}

/// Items from text: `a9` is of type `a` at moment 9; `-` is no type.
fn items(text: &str) -> Vec<Listed<'_>> {
    text.split_whitespace().map(|id| listed(id, id[1..].parse().unwrap(), &id[..1])).collect()
}

/// Rows as text: `|` begins a day, `+2` is a closed group, `=2` an open one, `.` is under it.
fn told(rows: &[Row]) -> String {
    let words: Vec<_> = rows
        .iter()
        .map(|row| {
            let day = if row.begins_day { "|" } else { "" };
            let under = if row.is_under { "." } else { "" };
            let group = row.group.map_or(String::new(), |Group { number, is_open }| {
                format!("{}{number}", if is_open { '=' } else { '+' })
            });
            format!("{day}{under}{}{group}", row.id)
        })
        .collect();
    words.join(" ")
}

fn first(text: &str) -> Vec<Row> {
    arrange(&items(text), &[], &[])
}

fn again(text: &str, before: &[Row], opened: &[&str]) -> Vec<Row> {
    let opened: Vec<_> = opened.iter().map(|id| (*id).to_owned()).collect();
    arrange(&items(text), before, &opened)
}

#[test]
fn each_day_begins_with_its_first_item() {
    assert_eq!(told(&first("-25 -24 -19 -3")), "|-25 -24 |-19 |-3");
}

#[test]
fn three_similar_neighbours_of_a_day_are_a_group() {
    assert_eq!(told(&first("a9 a8 a7 b6 b5 -4 -3 -2")), "|a9+2 b6 b5 -4 -3 -2");
    assert_eq!(told(&first("a12 a11 a9 a8")), "|a12 a11 |a9 a8", "not across midnight");
}

#[test]
fn another_category_is_another_group() {
    let mut items = items("a9 a8 a7 a6 a5 a4");
    for item in &mut items[3..] {
        item.category = Some("Billing");
    }
    assert_eq!(told(&arrange(&items, &[], &[])), "|a9+2 a6+2");
}

#[test]
fn an_opened_group_shows_all_and_closes_again() {
    let closed = first("a9 a8 a7");
    let open = again("a9 a8 a7", &closed, &["a9"]);
    assert_eq!(told(&open), "|a9=2 .a8 .a7");
    assert_eq!(told(&again("a9 a8 a7", &open, &["a9"])), "|a9=2 .a8 .a7");
    assert_eq!(told(&again("a9 a8 a7", &open, &[])), "|a9+2");
}

#[test]
fn what_comes_in_does_not_take_in_what_is_being_read() {
    let closed = first("a8 a7 a6");
    assert_eq!(told(&again("a9 a8 a7 a6", &closed, &[])), "|a9 a8+2");
    let open = again("a8 a7 a6", &closed, &["a8"]);
    assert_eq!(told(&again("a9 a8 a7 a6", &open, &["a8"])), "|a9 a8=2 .a7 .a6");
    let two = first("a8 a7");
    assert_eq!(told(&again("a9 a8 a7", &two, &[])), "|a9 a8 a7");
}

#[test]
fn older_ones_that_come_with_a_page_go_into_the_group() {
    let closed = first("a9 a8 a7");
    assert_eq!(told(&again("a9 a8 a7 a6 a5", &closed, &[])), "|a9+4");
}

#[test]
fn two_groups_that_become_neighbours_stay_two() {
    let both = first("a9 a8 a7 b6 a5 a4 a3");
    assert_eq!(told(&again("a9 a8 a7 a5 a4 a3", &both, &[])), "|a9+2 a5+2");
}

#[test]
fn when_the_first_of_a_group_goes_the_next_stands_for_it() {
    let closed = first("a9 a8 a7 a6");
    assert_eq!(told(&again("a8 a7 a6", &closed, &[])), "|a8+2");
    assert_eq!(told(&again("a7 a6", &again("a8 a7 a6", &closed, &[]), &[])), "|a7 a6");
}

#[test]
fn when_the_first_of_an_open_group_goes_the_others_stay() {
    let open = again("a9 a8 a7 a6", &first("a9 a8 a7 a6"), &["a9"]);
    assert_eq!(told(&again("a8 a7 a6", &open, &["a9"])), "|a8 a7 a6");
}

#[test]
fn a_row_stands_for_what_is_under_it() {
    let rows = first("b9 a8 a7 a6 -5");
    let of = |id: &str, moment| row_of(&rows, (Timestamp::from_unix_ms(moment), id));
    assert_eq!(of("b9", 9), Some(0));
    assert_eq!(of("a7", 7), Some(1));
    assert_eq!(of("-5", 5), Some(2));
    assert_eq!(of("-99", 99), Some(0));
    assert_eq!(row_of(&[], (Timestamp::from_unix_ms(1), "a")), None);
}

fn some_items() -> impl Strategy<Value = Vec<(i64, u8)>> {
    prop::collection::btree_map(0_i64..60, 0_u8..3, 0..40).prop_map(|map| map.into_iter().rev().collect())
}

fn named(items: &[(i64, u8)]) -> String {
    let names = items.iter().map(|(moment, kind)| format!("{}{moment}", ["-", "a", "b"][usize::from(*kind)]));
    names.collect::<Vec<_>>().join(" ")
}

proptest! {
    #[test]
    fn every_item_is_once_in_the_list_or_in_a_group(
        old in some_items(),
        new in some_items(),
        opened in prop::collection::vec(0_usize..40, 0..4),
    ) {
        let (old, new) = (named(&old), named(&new));
        let before = first(&old);
        let opened: Vec<_> = opened.iter().filter_map(|index| new.split(' ').nth(*index)).collect();
        let open = again(&old, &before, &opened);
        let rows = again(&new, &open, &opened);
        let mut all = items(&new).into_iter();
        for (index, row) in rows.iter().enumerate() {
            // A row is the next item; a closed group has as many more as it says, and they are like it.
            let item = all.next().unwrap();
            prop_assert_eq!(item.id, &row.id);
            prop_assert_eq!(row.begins_day, index == 0 || rows[index - 1].day_ms != row.day_ms);
            if let Some(Group { number, is_open }) = row.group {
                prop_assert!(number >= 2);
                if is_open {
                    prop_assert!(rows[index + 1..=index + number].iter().all(|row| row.is_under));
                } else {
                    for _ in 0..number {
                        prop_assert!(all.next().unwrap().is_like(&item));
                    }
                }
            }
        }
        prop_assert!(all.next().is_none());
    }

    #[test]
    fn what_stands_in_the_list_stays_there(old in some_items(), new in some_items()) {
        let (old, new) = (named(&old), named(&new));
        let before = first(&old);
        let rows = again(&new, &before, &[]);
        for row in before.iter().filter(|row| new.split(' ').any(|id| id == row.id)) {
            prop_assert!(rows.iter().any(|own| own.id == row.id));
        }
    }
}
