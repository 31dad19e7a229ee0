//! What is known of a wasm before it is split.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use wasmparser::{
    BinaryReader, BinaryReaderError, CustomSectionReader, Element, ElementItems, ElementKind, ExternalKind,
    FuncType, FunctionBody, GlobalType, MemoryType, Name, NameSectionReader, Operator, Parser, Payload,
    TableType, TypeRef,
};

use super::count_of;

/// The functions of a wasm, by their numbers, of which the imported ones are first.
#[derive(Default)]
pub(super) struct Functions<'w> {
    pub(super) imported: u32,
    /// The type of each.
    pub(super) types: Vec<u32>,
    pub(super) signatures: Vec<FuncType>,
    pub(super) globals: Vec<GlobalType>,
    pub(super) tables: Vec<TableType>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) exported: Vec<u32>,
    pub(super) export_names: HashSet<&'w str>,
    /// The table of functions, how many places it has, and who stands in them.
    pub(super) table: u32,
    pub(super) table_size: u32,
    pub(super) slots: Vec<(u32, u32)>,
    /// There are places that are not told by a constant, or that stand for something else.
    pub(super) has_other_slots: bool,
    /// Of those that are not imported: the code, and whom it names.
    bodies: Vec<FunctionBody<'w>>,
    named: Vec<Vec<u32>>,
    names: HashMap<u32, &'w str>,
}

impl<'w> Functions<'w> {
    pub(super) fn read(wasm: &'w [u8]) -> Result<Self, BinaryReaderError> {
        let mut found = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(types) => {
                    found.signatures = types.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if let TypeRef::Func(kind) = import?.ty {
                            found.imported += 1;
                            found.types.push(kind);
                        }
                    }
                }
                Payload::FunctionSection(types) => {
                    for kind in types {
                        found.types.push(kind?);
                    }
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        found.read_table(table?.ty);
                    }
                }
                Payload::MemorySection(memories) => {
                    found.memories = memories.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        found.globals.push(global?.ty);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        found.export_names.insert(export.name);
                        found.exported.extend((export.kind == ExternalKind::Func).then_some(export.index));
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        found.read_element(element?)?;
                    }
                }
                Payload::CodeSectionEntry(body) => found.read_body(body)?,
                Payload::CustomSection(section) if section.name() == "name" => found.read_names(&section)?,
                _ => {}
            }
        }
        Ok(found)
    }

    fn read_table(&mut self, kind: TableType) {
        if kind.element_type.is_func_ref() && self.table_size == 0 {
            self.table = count_of(&self.tables);
            self.table_size = u32::try_from(kind.initial).unwrap_or(u32::MAX);
        }
        self.tables.push(kind);
    }

    fn read_element(&mut self, element: Element<'w>) -> Result<(), BinaryReaderError> {
        if let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(functions)) =
            (element.kind, element.items)
            && let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
        {
            for (slot, function) in (value.cast_unsigned()..).zip(functions) {
                self.slots.push((slot, function?));
            }
        } else {
            self.has_other_slots = true;
        }
        Ok(())
    }

    fn read_body(&mut self, body: FunctionBody<'w>) -> Result<(), BinaryReaderError> {
        let mut named = Vec::new();
        for operator in body.get_operators_reader()? {
            if let Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } = operator?
            {
                named.push(function_index);
            }
        }
        self.named.push(named);
        self.bodies.push(body);
        Ok(())
    }

    fn read_names(&mut self, section: &CustomSectionReader<'w>) -> Result<(), BinaryReaderError> {
        for part in NameSectionReader::new(BinaryReader::new(section.data(), section.data_offset())) {
            if let Name::Function(names) = part? {
                for name in names {
                    let name = name?;
                    self.names.insert(name.index, name.name);
                }
            }
        }
        Ok(())
    }

    /// Those that are not imported.
    pub(super) fn own(&self) -> Range<u32> {
        self.imported..count_of(&self.types)
    }

    /// The code of one that is not imported.
    pub(super) fn body(&self, function: u32) -> FunctionBody<'w> {
        self.bodies[(function - self.imported) as usize].clone()
    }

    /// Those that some name in their code, without the imported ones.
    pub(super) fn named_by(&self, callers: &[u32]) -> BTreeSet<u32> {
        let named = callers.iter().flat_map(|caller| &self.named[(caller - self.imported) as usize]);
        named.copied().filter(|function| *function >= self.imported).collect()
    }

    /// The name of a function as it is in every build: without the marks that the compiler tells crates apart by, and the
    /// numbers that tools tell functions of one name apart by.
    pub(super) fn name(&self, function: u32) -> Option<String> {
        let mut pieces = without_number(self.names.get(&function)?).split('[');
        let mut name = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            match piece.split_once(']') {
                Some((mark, rest))
                    if mark.len() > 12 && mark.chars().all(|digit| digit.is_ascii_hexdigit()) =>
                {
                    name.push_str(rest);
                }
                _ => name.extend(["[", piece]),
            }
        }
        Some(name)
    }
}

/// `next.1021` and `shim_2239` are `next` and `shim`: the number is another whenever anything else has changed.
fn without_number(name: &str) -> &str {
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let of_shim = || stem.strip_suffix('_').filter(|stem| stem.ends_with(" shim"));
    stem.strip_suffix('.').or_else(of_shim).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::without_number;

    #[test]
    fn a_number_that_tells_functions_of_one_name_apart_is_no_part_of_it() {
        assert_eq!(without_number("<Iter as Iterator>::next.1021"), "<Iter as Iterator>::next");
        assert_eq!(
            without_number("invoke::<Array, true> externref shim_2239"),
            "invoke::<Array, true> externref shim"
        );
        assert_eq!(without_number("fmt_u64"), "fmt_u64");
    }
}
