//! The functions of a wasm in another order: those that are alike stand together, and brotli finds more that it has
//! seen before. What the wasm does is the same.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{BinaryReaderError, CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

use crate::failure::Failure;

/// So many bytes in a row are one piece of what two functions have in common.
const PIECE: usize = 4;
/// What more functions than this have in common says nothing.
const COMMON_MAX: usize = 300;

/// Puts the functions of a file into the better order, in its place.
///
/// # Errors
/// If it is no wasm, or cannot be read or written.
pub(crate) fn reorder(file: &Path) -> Result<(), Failure> {
    let wasm = fs::read(file).map_err(Failure::file("read", file))?;
    fs::write(file, reordered(&wasm)?).map_err(Failure::file("write", file))
}

fn reordered(wasm: &[u8]) -> Result<Vec<u8>, Failure> {
    let wrong = |fault: &dyn std::fmt::Display| Failure::Wasm(fault.to_string());
    let (imported, bodies) = functions(wasm).map_err(|fault| wrong(&fault))?;
    let order = by_likeness(&bodies);
    let mut places = vec![0; order.len()];
    for (place, index) in (0..).zip(&order) {
        places[*index] = place;
    }
    let mut module = Module::new();
    let mut reordering = Reordering { imported, order, places };
    reordering.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|fault| wrong(&fault))?;
    Ok(module.finish())
}

/// How many functions are imported, and the code of the others.
fn functions(wasm: &[u8]) -> Result<(u32, Vec<&[u8]>), BinaryReaderError> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    Ok((imported, bodies))
}

/// Begins with the longest, and goes on with the one that has most in common with the one before.
fn by_likeness(bodies: &[&[u8]]) -> Vec<usize> {
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (index, body) in bodies.iter().enumerate() {
        for piece in body.windows(PIECE) {
            let holders = holders.entry(piece).or_default();
            if holders.last() != Some(&index) {
                holders.push(index);
            }
        }
    }
    let mut pieces: Vec<Vec<&[usize]>> = vec![Vec::new(); bodies.len()];
    for holders in holders.values().filter(|holders| (2..COMMON_MAX).contains(&holders.len())) {
        for index in holders {
            pieces[*index].push(holders);
        }
    }
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    left.sort_by_key(|index| bodies[*index].len());
    let (mut order, mut is_placed) = (Vec::new(), vec![false; bodies.len()]);
    let mut next = left.pop();
    while let Some(index) = next {
        is_placed[index] = true;
        order.push(index);
        let mut common = vec![0; bodies.len()];
        for holders in &pieces[index] {
            // What few have in common says more.
            let weight = 1 + (bodies.len() / holders.len()).ilog2() as usize;
            holders.iter().for_each(|other| common[*other] += weight);
        }
        let likeness = |other: &usize| (common[*other] << 16) / (bodies[index].len() + bodies[*other].len());
        let likest = (0..bodies.len()).filter(|other| !is_placed[*other]).max_by_key(likeness);
        next = likest.filter(|other| common[*other] > 0).or_else(|| {
            while left.pop_if(|longest| is_placed[*longest]).is_some() {}
            left.pop()
        });
    }
    order
}

/// Writes the functions in their new order, and whatever names one by its new number.
struct Reordering {
    imported: u32,
    /// What was where stands here now.
    order: Vec<usize>,
    /// Where what was here stands now.
    places: Vec<u32>,
}

impl Reencode for Reordering {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let own = function.checked_sub(self.imported);
        Ok(own.map_or(function, |own| self.imported + self.places[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for index in &self.order {
            functions.function(types[*index]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for index in self.order.clone() {
            utils::parse_function_body(self, code, bodies[index].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stands_together() {
        let bodies: [&[u8]; 4] = [b"abcdefgh", b"12345678", b"abcdefg-", b"123456789"];
        assert_eq!(by_likeness(&bodies), [3, 1, 2, 0]);
    }
}
