//! Splits the finished wasm by functions: a first part with what opening the panel runs, and the rest, which comes later.
//!
//! Which functions are first was seen in a browser (`cargo xtask first-part`), and nothing but speed depends on it: one of
//! the rest that the first part names has a stand-in there, which calls it by its place in the table. The rest fills its
//! places when it comes; until then they are empty, and whatever calls by the table sees to it first that it has. Memory,
//! data and globals stay in the first part.

mod counting;
mod first;
mod functions;
mod joining;
mod rest;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{ConstExpr, ElementSection, Elements};

use crate::failure::Failure;
use functions::Functions;

pub(crate) use joining::{REST, joined, told};

/// The names of the functions that are first, a line each.
pub(crate) const LIST: &str = "xtask/first-part.txt";
/// The module that each part imports from the other by.
const OTHER: &str = "b";
/// By which the first part exports the table of what the rest imports; the glue gives each its place as a name.
const SHARED: &str = "shared";
/// What the first part calls when it needs the rest at once.
const LOAD: &str = "a";

/// What stands where in the two parts. Functions have the numbers they have in the whole.
struct Plan<'w> {
    whole: Functions<'w>,
    /// In order, as all of these.
    first: Vec<u32>,
    rest: Vec<u32>,
    /// Those of the rest that the first part names, and their places in the table.
    stand_ins: BTreeMap<u32, u32>,
    /// Those of the first part that the rest names, and their places in the table that it imports them from.
    shared: BTreeMap<u32, u32>,
    globals: Vec<String>,
    tables: Vec<String>,
    /// What the rest imports the memory by. It is another in each build: a rest of another build does not fit.
    memory: String,
    /// The name of the global that says whether the rest has come.
    is_whole: String,
    /// With a place for each stand-in.
    table_size: u32,
}

/// Puts a wasm that has the names of its functions into two files, the first part in its own place.
///
/// # Errors
/// If it is no such wasm, or a file cannot be read or written.
pub(crate) fn split(list: &Path, wasm_file: &Path, rest_file: &Path) -> Result<(), Failure> {
    let read = |path: &Path| fs::read(path).map_err(Failure::file("read", path));
    let write = |path: &Path, part: &[u8]| fs::write(path, part).map_err(Failure::file("write", path));
    let (list, wasm) = (String::from_utf8_lossy(&read(list)?).into_owned(), read(wasm_file)?);
    let (first, rest) = parts(&wasm, &list)?;
    write(wasm_file, &first)?;
    write(rest_file, &rest)
}

/// Has each function of a wasm note that it ran, in the place of the file.
///
/// # Errors
/// If it is no wasm, or the file cannot be read or written.
pub(crate) fn count(file: &Path) -> Result<(), Failure> {
    let wasm = fs::read(file).map_err(Failure::file("read", file))?;
    let counted = counting::counted(&wasm).map_err(|fault| Failure::Wasm(fault.to_string()))?;
    fs::write(file, counted).map_err(Failure::file("write", file))
}

fn parts(wasm: &[u8], list: &str) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let wrong = |fault: &dyn std::fmt::Display| Failure::Wasm(fault.to_string());
    let whole = Functions::read(wasm).map_err(|fault| wrong(&fault))?;
    let listed: BTreeSet<&str> = list.lines().collect();
    // A few have been made by wasm-opt, and have no name.
    let is_first = |function: u32| whole.name(function).is_none_or(|name| listed.contains(name.as_str()));
    let (first, rest): (Vec<u32>, Vec<u32>) = whole.own().partition(|function| is_first(*function));
    if first.iter().all(|function| whole.name(*function).is_none()) {
        return Err(Failure::Wasm(format!("no function of it is named in {LIST}")));
    }
    // What the writers add to has to be there.
    if whole.has_other_slots || whole.imported == 0 || whole.globals.is_empty() || whole.tables.is_empty() {
        return Err(Failure::Wasm("it is not of the kind that wasm-bindgen and wasm-opt write".to_owned()));
    }
    let plan = Plan::new(whole, first, rest, &digest(wasm));
    let first = first::write(&plan, wasm).map_err(|fault| wrong(&fault))?;
    let rest = rest::write(&plan, wasm).map_err(|fault| wrong(&fault))?;
    Ok((first, rest))
}

/// A name that no other build has.
fn digest(wasm: &[u8]) -> String {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(wasm));
    format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
}

impl<'w> Plan<'w> {
    fn new(whole: Functions<'w>, first: Vec<u32>, rest: Vec<u32>, digest: &str) -> Self {
        let of_rest: BTreeSet<u32> = rest.iter().copied().collect();
        let mut reached = whole.named_by(&first);
        reached.extend(&whole.exported);
        let mut table_size = whole.table_size;
        let mut stand_ins = BTreeMap::new();
        for function in reached.intersection(&of_rest) {
            let known = whole.slots.iter().find(|(_, other)| other == function);
            let slot = known.map_or(table_size, |(slot, _)| *slot);
            table_size += u32::from(known.is_none());
            stand_ins.insert(*function, slot);
        }
        let mut names = short_names(&whole);
        let shared = whole.named_by(&rest).difference(&of_rest).copied().zip(0..).collect();
        let globals = names.by_ref().take(whole.globals.len()).collect();
        let tables = names.by_ref().take(whole.tables.len()).collect();
        let is_whole = names.next().unwrap_or_default();
        let memory = digest.to_owned();
        Self { whole, first, rest, stand_ins, shared, globals, tables, memory, is_whole, table_size }
    }
}

/// Puts functions into the places of a table, a segment for each row of them.
fn rows(
    part: &mut impl Reencode<Error = Infallible>,
    elements: &mut ElementSection,
    table: u32,
    mut slots: Vec<(u32, u32)>,
) -> Result<(), Error<Infallible>> {
    slots.sort_unstable();
    slots.dedup();
    for row in slots.chunk_by(|one, next| one.0 + 1 == next.0) {
        let functions = row.iter().map(|(_, function)| part.function_index(*function));
        elements.active(
            (table > 0).then_some(table),
            &ConstExpr::i32_const(row[0].0.cast_signed()),
            Elements::Functions(Cow::Owned(functions.collect::<Result<_, _>>()?)),
        );
    }
    Ok(())
}

/// Names that no export has yet, without an end for whatever a wasm may have.
fn short_names(whole: &Functions<'_>) -> impl Iterator<Item = String> + use<> {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let taken = whole.export_names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    (0..LETTERS.len().pow(3)).filter_map(move |number| {
        let letter = |place: u32| char::from(LETTERS[number / LETTERS.len().pow(place) % LETTERS.len()]);
        let name: String =
            [letter(1), letter(0)].into_iter().chain((number >= 2704).then(|| letter(2))).collect();
        (!taken.contains(&name)).then_some(name)
    })
}

/// Lengths of what stands in a wasm fit.
fn count_of<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
        FunctionSection, GlobalSection, ImportSection, Instruction, MemorySection, MemoryType, Module,
        NameMap, NameSection, RefType, TableSection, TableType, TypeSection,
    };
    use wasmparser::{Operator, Parser, Payload};

    use super::*;

    /// One is imported. `early` calls `late`, which calls `shared`; `by_table` stands in the table alone, by which `shared`
    /// calls.
    fn whole() -> Vec<u8> {
        let names = ["early", "late[0123456789abcdef]", "shared", "by_table"];
        let (mut types, mut functions, mut code) =
            (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        let mut map = NameMap::new();
        let (mut imports, mut globals) = (ImportSection::new(), GlobalSection::new());
        imports.import("a", "a", EntityType::Function(0));
        globals.global(rest::FLAG, &ConstExpr::i32_const(0));
        for ((number, name), callee) in (1..).zip(names).zip([Some(2), Some(3), None, None]) {
            functions.function(0);
            map.append(number, name);
            let mut body = Function::new([]);
            if let Some(callee) = callee {
                body.instruction(&Instruction::Call(callee));
            }
            if name == "shared" {
                body.instruction(&Instruction::I32Const(1));
                body.instruction(&Instruction::CallIndirect { type_index: 0, table_index: 0 });
            }
            code.function(body.instruction(&Instruction::End));
        }
        let (mut tables, mut memories, mut exports) =
            (TableSection::new(), MemorySection::new(), ExportSection::new());
        let maximum = Some(2);
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 2,
            maximum,
            shared: false,
        });
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        exports.export("aa", ExportKind::Func, 1);
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions([4].as_slice().into()));
        let mut name = NameSection::new();
        name.functions(&map);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&tables).section(&memories);
        module.section(&globals).section(&exports).section(&elements).section(&code).section(&name);
        module.finish()
    }

    #[test]
    fn each_function_is_in_one_part_and_the_first_has_a_stand_in_for_those_it_names() {
        let (first, rest) = parts(&whole(), "early\nshared\n").unwrap();
        let first = Functions::read(&first).unwrap();
        // What was imported, and what loads the rest; the two that are first, a stand-in for `late`, and the place in the table.
        assert_eq!((first.imported, first.own().len()), (2, 4));
        assert_eq!(first.table_size, 3);
        // `shared`, for the rest. Where `by_table` will stand is nothing.
        assert_eq!(first.slots, [(0, 3)]);
        let rest = Functions::read(&rest).unwrap();
        // What was imported, and `shared`; the two, and what says that they are there.
        assert_eq!((rest.imported, rest.own().len()), (2, 3));
        assert_eq!(rest.slots, [(1, 3), (2, 2)]);
    }

    #[test]
    fn what_is_first_sees_to_it_that_there_is_a_function_where_it_calls_by_the_table() {
        let (first, _) = parts(&whole(), "early\nshared\n").unwrap();
        let first = Functions::read(&first).unwrap();
        let operators = first.body(3).get_operators_reader().unwrap();
        let operators: Vec<_> = operators.into_iter().map(Result::unwrap).collect();
        let [.., Operator::Call { function_index: 5 }, Operator::CallIndirect { .. }, Operator::End] =
            operators[..]
        else {
            panic!("{operators:?}");
        };
    }

    #[test]
    fn the_rest_of_one_build_has_no_memory_in_the_first_part_of_another() {
        let memory = |rest: &[u8]| {
            let imports = Parser::new(0).parse_all(rest).find_map(|payload| match payload.unwrap() {
                Payload::ImportSection(imports) => Some(imports),
                _ => None,
            });
            let mut imports = imports.unwrap().into_imports().map(Result::unwrap);
            imports
                .find(|import| matches!(import.ty, wasmparser::TypeRef::Memory(_)))
                .unwrap()
                .name
                .to_owned()
        };
        let (first, rest) = parts(&whole(), "early\n").unwrap();
        assert!(Functions::read(&first).unwrap().export_names.contains(memory(&rest).as_str()));
        let another = [whole(), vec![0, 2, 1, b'a']].concat();
        assert_ne!(memory(&parts(&another, "early\n").unwrap().1), memory(&rest));
    }

    #[test]
    fn a_list_that_names_nothing_of_it_is_an_error() {
        assert!(parts(&whole(), "other\n").is_err());
    }
}
