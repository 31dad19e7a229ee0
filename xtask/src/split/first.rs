//! Writes the first part: its functions, and the stand-ins for those of the rest that it names.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, CustomSection, ElementSection, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, ImportSection, Instruction, Module, RefType, TableSection,
    TableType, TypeSection, ValType,
};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, ElementSectionReader, ExportSectionReader, FunctionBody,
    FunctionSectionReader, GlobalSectionReader, ImportSectionReader, Operator, Parser, TableSectionReader,
    TypeSectionReader,
};

use super::rest::{FEATURES, FLAG};
use super::{LOAD, OTHER, Plan, SHARED, count_of, rows};

type Written = Result<(), Error<Infallible>>;

pub(super) fn write(plan: &Plan<'_>, wasm: &[u8]) -> Result<Vec<u8>, Error<Infallible>> {
    let mut module = Module::new();
    First { plan }.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

struct First<'p, 'w> {
    plan: &'p Plan<'w>,
}

impl First<'_, '_> {
    /// The imported function that loads the rest: after the other imports.
    fn load(&self) -> u32 {
        self.plan.whole.imported
    }

    /// The function that gives back a place in the table, once there is a function in it: after all others.
    fn place(&self) -> u32 {
        self.load()
            + 1
            + count_of(&self.plan.first)
            + u32::try_from(self.plan.stand_ins.len()).unwrap_or(u32::MAX)
    }

    /// The types of these two.
    fn load_type(&self) -> u32 {
        count_of(&self.plan.whole.signatures)
    }

    fn place_type(&self) -> u32 {
        self.load_type() + 1
    }

    fn is_whole(&self) -> u32 {
        count_of(&self.plan.whole.globals)
    }

    /// The table of what the rest imports: after the others.
    fn shared_table(&self) -> u32 {
        count_of(&self.plan.whole.tables)
    }

    fn stand_in(&self, function: u32, slot: u32) -> Function {
        let type_index = self.plan.whole.types[function as usize];
        let mut stand_in = Function::new([]);
        for (parameter, _) in (0..).zip(self.plan.whole.signatures[type_index as usize].params()) {
            stand_in.instruction(&Instruction::LocalGet(parameter));
        }
        stand_in
            .instruction(&Instruction::I32Const(slot.cast_signed()))
            .instruction(&Instruction::Call(self.place()))
            .instruction(&Instruction::CallIndirect { type_index, table_index: self.plan.whole.table })
            .instruction(&Instruction::End);
        stand_in
    }
}

impl Reencode for First<'_, '_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        let plan = self.plan;
        if function < plan.whole.imported {
            return Ok(function);
        }
        let is_before = |other: &&u32| **other < function;
        let place = plan.first.binary_search(&function);
        let place =
            place.unwrap_or_else(|_| plan.first.len() + plan.stand_ins.keys().take_while(is_before).count());
        Ok(self.load() + 1 + u32::try_from(place).unwrap_or(u32::MAX))
    }

    fn parse_type_section(&mut self, types: &mut TypeSection, section: TypeSectionReader<'_>) -> Written {
        utils::parse_type_section(self, types, section)?;
        types.ty().function([], []);
        types.ty().function([ValType::I32], [ValType::I32]);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Written {
        utils::parse_import_section(self, imports, section)?;
        imports.import(OTHER, LOAD, EntityType::Function(self.load_type()));
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        types: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Written {
        for function in self.plan.first.iter().chain(self.plan.stand_ins.keys()) {
            types.function(self.plan.whole.types[*function as usize]);
        }
        types.function(self.place_type());
        Ok(())
    }

    fn parse_table_section(&mut self, tables: &mut TableSection, section: TableSectionReader<'_>) -> Written {
        for (number, table) in (0..).zip(section) {
            let mut table = table?;
            if number == self.plan.whole.table {
                table.ty = self.plan.table(number, table.ty);
            }
            self.parse_table(tables, table)?;
        }
        let places = self.plan.shared.len() as u64;
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: places,
            maximum: Some(places),
            shared: false,
        });
        Ok(())
    }

    fn parse_element_section(
        &mut self,
        elements: &mut ElementSection,
        _: ElementSectionReader<'_>,
    ) -> Written {
        let plan = self.plan;
        let is_first = |function: u32| plan.first.binary_search(&function).is_ok();
        let slots = plan.whole.slots.iter().filter(|(_, function)| is_first(*function)).copied();
        rows(self, elements, plan.whole.table, slots.collect())?;
        let shared = plan.shared.iter().map(|(function, place)| (*place, *function));
        rows(self, elements, self.shared_table(), shared.collect())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: GlobalSectionReader<'_>,
    ) -> Written {
        utils::parse_global_section(self, globals, section)?;
        globals.global(FLAG, &ConstExpr::i32_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Written {
        utils::parse_export_section(self, exports, section)?;
        let plan = self.plan;
        exports.export(SHARED, ExportKind::Table, self.shared_table());
        for (global, name) in (0..).zip(&plan.globals) {
            exports.export(name, ExportKind::Global, global);
        }
        for (table, name) in (0..).zip(&plan.tables) {
            exports.export(name, ExportKind::Table, table);
        }
        exports.export(&plan.memory, ExportKind::Memory, 0);
        exports.export(&plan.is_whole, ExportKind::Global, self.is_whole());
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, _: CodeSectionReader<'_>) -> Written {
        let plan = self.plan;
        for function in &plan.first {
            self.parse_function_body(code, plan.whole.body(*function))?;
        }
        for (function, slot) in &plan.stand_ins {
            code.function(&self.stand_in(*function, *slot));
        }
        let mut place = Function::new([]);
        place
            .instruction(&Instruction::GlobalGet(self.is_whole()))
            .instruction(&Instruction::I32Eqz)
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::LocalGet(0))
            .instruction(&Instruction::TableGet(plan.whole.table))
            .instruction(&Instruction::RefIsNull)
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::Call(self.load()))
            .instruction(&Instruction::End)
            .instruction(&Instruction::End)
            .instruction(&Instruction::LocalGet(0))
            .instruction(&Instruction::End);
        code.function(&place);
        Ok(())
    }

    /// What calls by the table has it see first that there is a function in that place.
    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Written {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if matches!(operator, Operator::CallIndirect { table_index, .. } if table_index == self.plan.whole.table)
            {
                function.instruction(&Instruction::Call(self.place()));
            }
            function.instruction(&self.instruction(operator)?);
        }
        code.function(&function);
        Ok(())
    }

    fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Written {
        // Names would be those of other numbers.
        if section.name() == FEATURES {
            module.section(&CustomSection { name: section.name().into(), data: section.data().into() });
        }
        Ok(())
    }
}
