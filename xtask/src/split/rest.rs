//! Writes the rest: its functions, with whatever they need imported from the first part.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, CustomSection, ElementSection, EntityType, Function, FunctionSection, GlobalType,
    ImportSection, Instruction, Module, StartSection, TypeSection, ValType,
};
use wasmparser::{Parser, Payload, TableType};

use super::{OTHER, Plan, count_of, rows};

/// The section by which wasm-opt knows what it may use.
pub(super) const FEATURES: &str = "target_features";
/// The global that says whether the rest has come.
pub(super) const FLAG: GlobalType = GlobalType { val_type: ValType::I32, mutable: true, shared: false };

pub(super) fn write(plan: &Plan<'_>, wasm: &[u8]) -> Result<Vec<u8>, Error<Infallible>> {
    let (mut types, mut imports, mut features) = (TypeSection::new(), ImportSection::new(), None);
    let mut rest = Rest { plan };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => rest.parse_type_section(&mut types, section)?,
            Payload::ImportSection(section) => rest.parse_import_section(&mut imports, section)?,
            Payload::CustomSection(section) if section.name() == FEATURES => features = Some(section.data()),
            _ => {}
        }
    }
    types.ty().function([], []);
    rest.import(&mut imports)?;
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for function in &plan.rest {
        functions.function(plan.whole.types[*function as usize]);
        utils::parse_function_body(&mut rest, &mut code, plan.whole.body(*function))?;
    }
    functions.function(count_of(&plan.whole.signatures));
    let mut start = Function::new([]);
    start
        .instruction(&Instruction::I32Const(1))
        .instruction(&Instruction::GlobalSet(count_of(&plan.whole.globals)))
        .instruction(&Instruction::End);
    code.function(&start);
    let function_index = rest.own() + count_of(&plan.rest);

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&StartSection { function_index });
    module.section(&rest.elements()?).section(&code);
    if let Some(data) = features {
        module.section(&CustomSection { name: FEATURES.into(), data: data.into() });
    }
    Ok(module.finish())
}

struct Rest<'p, 'w> {
    plan: &'p Plan<'w>,
}

impl Rest<'_, '_> {
    /// The number of the first function that is not imported.
    fn own(&self) -> u32 {
        self.plan.whole.imported + u32::try_from(self.plan.shared.len()).unwrap_or(u32::MAX)
    }

    fn import(&mut self, imports: &mut ImportSection) -> Result<(), Error<Infallible>> {
        let plan = self.plan;
        for (function, place) in &plan.shared {
            let kind = EntityType::Function(plan.whole.types[*function as usize]);
            imports.import(OTHER, &place.to_string(), kind);
        }
        for (kind, name) in plan.whole.globals.iter().zip(&plan.globals) {
            imports.import(OTHER, name, self.global_type(*kind)?);
        }
        imports.import(OTHER, &plan.is_whole, FLAG);
        for ((number, kind), name) in (0..).zip(&plan.whole.tables).zip(&plan.tables) {
            imports.import(OTHER, name, self.table_type(plan.table(number, *kind))?);
        }
        for kind in &plan.whole.memories {
            imports.import(OTHER, &plan.memory, self.memory_type(*kind)?);
        }
        Ok(())
    }

    /// Every place of the table that a function of the rest stands in.
    fn elements(&mut self) -> Result<ElementSection, Error<Infallible>> {
        let plan = self.plan;
        let is_of_rest = |function: u32| plan.rest.binary_search(&function).is_ok();
        let known = plan.whole.slots.iter().filter(|(_, function)| is_of_rest(*function)).copied();
        let slots = known.chain(plan.stand_ins.iter().map(|(function, slot)| (*slot, *function)));
        let mut elements = ElementSection::new();
        rows(self, &mut elements, plan.whole.table, slots.collect())?;
        Ok(elements)
    }
}

impl Plan<'_> {
    /// The type of a table, with all the places there are.
    pub(super) fn table(&self, number: u32, mut kind: TableType) -> TableType {
        if number == self.whole.table {
            kind.initial = u64::from(self.table_size);
            kind.maximum = kind.maximum.map(|_| kind.initial);
        }
        kind
    }
}

impl Reencode for Rest<'_, '_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        let plan = self.plan;
        if function < plan.whole.imported {
            return Ok(function);
        }
        let (before, place) = match plan.rest.binary_search(&function) {
            Ok(place) => (self.own(), place),
            Err(_) => {
                (plan.whole.imported, plan.shared.keys().take_while(|other| **other < function).count())
            }
        };
        Ok(before + u32::try_from(place).unwrap_or(u32::MAX))
    }
}
