//! A wasm that says which of its functions ran: each sets a global of its own, which is exported by its name.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, ConstExpr, ExportKind, ExportSection, GlobalSection, Instruction, Module};
use wasmparser::{ExportSectionReader, FunctionBody, GlobalSectionReader, Parser};

use super::count_of;
use super::functions::Functions;
use super::rest::FLAG;

type Written = Result<(), Error<Infallible>>;

/// The wasm with a global for each function: `ran`, the function's number, and its name.
pub(super) fn counted(wasm: &[u8]) -> Result<Vec<u8>, Error<Infallible>> {
    let whole = Functions::read(wasm)?;
    let mut module = Module::new();
    let next = count_of(&whole.globals);
    Counting { whole, next }.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

struct Counting<'w> {
    whole: Functions<'w>,
    /// The global of the function that is written next.
    next: u32,
}

impl Reencode for Counting<'_> {
    type Error = Infallible;

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: GlobalSectionReader<'_>,
    ) -> Written {
        utils::parse_global_section(self, globals, section)?;
        for _ in self.whole.own() {
            globals.global(FLAG, &ConstExpr::i32_const(0));
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Written {
        utils::parse_export_section(self, exports, section)?;
        for (global, function) in (self.next..).zip(self.whole.own()) {
            let name = self.whole.name(function).unwrap_or_default();
            exports.export(&format!("ran {function} {name}"), ExportKind::Global, global);
        }
        Ok(())
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Written {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        function.instruction(&Instruction::I32Const(1)).instruction(&Instruction::GlobalSet(self.next));
        self.next += 1;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            function.instruction(&self.parse_instruction(&mut reader)?);
        }
        code.function(&function);
        Ok(())
    }
}
