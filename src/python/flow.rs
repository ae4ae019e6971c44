//! Which bindings of a name reach a use: follows the blocks backwards from the use, as the program runs.

use crate::python::module::{LineIndex, Module};
use crate::python::scope::{Binding, Block, How, Scope, block_kind, line_text};

/// Deepest nesting of blocks that is followed.
const BLOCKS: u32 = 100;

/// More bindings than this do not reach a use together.
const REACHING: usize = 64;

/// Follows the flow backwards from a use.
pub struct Flow<'m, 's, 'b> {
    module: &'m Module<'s>,
    /// The bindings of one scope, in order.
    bindings: &'b [Binding],
    scope: Scope,
    reached: Vec<usize>,
    /// Names are compared with `None` or tested by `if not name` in these branches: the earlier value is excluded there.
    overflow: bool,
}

impl<'m, 's, 'b> Flow<'m, 's, 'b> {
    /// The bindings (indices into `bindings`, which are all those of `scope`) that can hold at `offset`, which stands on
    /// `line` in that same scope; in order of the text. `None`: too many.
    pub fn reaching(
        module: &'m Module<'s>,
        bindings: &'b [Binding],
        scope: Scope,
        line: LineIndex,
        inline: bool,
        offset: u32,
    ) -> Option<Vec<usize>> {
        let mut flow = Self { module, bindings, scope, reached: Vec::new(), overflow: false };
        let block = if inline { Some(line) } else { module.parent(line) };
        flow.climb(block, offset);
        if flow.overflow {
            return None;
        }
        flow.reached.sort_unstable();
        flow.reached.dedup();
        Some(flow.reached)
    }

    fn add(&mut self, index: usize) {
        if self.reached.len() > REACHING {
            self.overflow = true;
        } else {
            self.reached.push(index);
        }
    }

    /// From a place in a block outwards until the scope begins.
    fn climb(&mut self, block: Option<LineIndex>, offset: u32) {
        let mut block = block;
        let mut offset = offset;
        for _ in 0..BLOCKS {
            if self.backwards(block, offset, 0) || self.overflow {
                return;
            }
            let Some(header) = block else { return };
            if Some(header) == self.scope {
                // Parameters hold from the start.
                self.parameters();
                return;
            }
            let kind = block_kind(self.module, header);
            let start = self.start(header);
            if kind == Block::Loop {
                self.everything_in(header);
            }
            // What the header itself binds.
            let own: Vec<usize> = self
                .on_line(header)
                .filter(|index| {
                    self.bindings.get(*index).is_some_and(|binding| binding.block != Some(header) && binding.effective <= offset)
                })
                .collect();
            let bound =
                own.iter().any(|index| !matches!(self.bindings.get(*index).map(|binding| &binding.how), Some(How::Walrus(_))));
            for index in own {
                self.add(index);
            }
            if bound {
                return;
            }
            block = self.module.parent(header);
            offset = match kind {
                Block::Elif | Block::Case => self.group_start(header),
                Block::Else => {
                    let group = self.group(header);
                    let first = group.first().copied().unwrap_or(header);
                    match block_kind(self.module, first) {
                        // The body of the `try` or loop ran before.
                        Block::Try if self.block_backwards(first, 0) => return,
                        Block::Loop => self.everything_in(first),
                        _ => {}
                    }
                    self.start(first)
                }
                Block::Except => {
                    let first = self.group(header).first().copied().unwrap_or(header);
                    self.everything_in(first);
                    self.start(first)
                }
                Block::Finally => {
                    let group = self.group(header);
                    let first = group.first().copied().unwrap_or(header);
                    for part in group.iter().filter(|part| **part != header && **part != first) {
                        self.everything_in(*part);
                    }
                    if self.block_backwards(first, 0) {
                        return;
                    }
                    self.start(first)
                }
                _ => start,
            };
        }
    }

    fn parameters(&mut self) {
        for (index, binding) in self.bindings.iter().enumerate() {
            if matches!(binding.how, How::Parameter(_)) {
                self.reached.push(index);
            }
        }
    }

    /// First byte of a line.
    fn start(&self, line: LineIndex) -> u32 {
        self.module.lines().get(line.number() as usize).map_or(0, |line| line.span.start)
    }

    /// The indices of bindings that stand on a line.
    fn on_line(&self, line: LineIndex) -> impl Iterator<Item = usize> + use<'b> {
        let bindings = self.bindings;
        let from = bindings.partition_point(|binding| binding.line < line);
        (from..bindings.len()).take_while(move |index| bindings.get(*index).is_some_and(|binding| binding.line == line))
    }

    /// Every binding in a block, however it gets there.
    fn everything_in(&mut self, header: LineIndex) {
        let range = self.module.block(header);
        let from = self.bindings.partition_point(|binding| binding.line.number() < header.number());
        for (index, binding) in self.bindings.iter().enumerate().skip(from) {
            let inside = range.contains(&binding.line.number())
                || (binding.line == header && (binding.block == Some(header) || matches!(binding.how, How::Loop(_))));
            if binding.line.number() > header.number() && !range.contains(&binding.line.number()) {
                break;
            }
            if inside && !matches!(binding.how, How::Delete | How::Parameter(_)) {
                self.add(index);
            }
            if self.overflow {
                return;
            }
        }
    }

    /// Walks the items of a block backwards from `offset`. True when the name is certainly bound on the way.
    fn backwards(&mut self, block: Option<LineIndex>, offset: u32, depth: u32) -> bool {
        if depth > BLOCKS {
            self.overflow = true;
            return true;
        }
        let floor = block.map_or(0, |header| header.number());
        let mut index = self.bindings.partition_point(|binding| binding.offset < offset);
        while let Some(next) = index.checked_sub(1) {
            index = next;
            let Some(binding) = self.bindings.get(index) else {
                return false;
            };
            if binding.line.number() < floor {
                return false;
            }
            if matches!(binding.how, How::Parameter(_)) {
                continue;
            }
            let Some(item) = self.item(binding, block) else {
                // It stands outside this block.
                if Some(binding.line) == block {
                    return false;
                }
                continue;
            };
            if item == binding.line && binding.block == block {
                if binding.effective > offset {
                    continue;
                }
                match binding.how {
                    How::Delete => return true,
                    How::Declared => continue,
                    How::Loop(_) => {
                        // After the loop: the body may never have run.
                        self.everything_in(item);
                        self.add(index);
                    }
                    How::Exception => {}
                    How::Walrus(_) => {
                        self.add(index);
                        return true;
                    }
                    How::Context(..) => {
                        if self.block_backwards(item, depth + 1) {
                            return true;
                        }
                        self.add(index);
                        return true;
                    }
                    _ => {
                        self.add(index);
                        return true;
                    }
                }
                if self.overflow {
                    return true;
                }
                continue;
            }
            // It stands in a block that is an item of this one.
            if self.start(item) >= offset {
                continue;
            }
            if self.overflow {
                return true;
            }
            let group = self.group(item);
            if self.group_backwards(&group, item, depth) {
                return true;
            }
            let first = group.first().copied().unwrap_or(item);
            index = self.bindings.partition_point(|binding| binding.line < first);
        }
        false
    }

    /// The line in `block` that holds a binding: its own, or the header of a block around it.
    fn item(&self, binding: &Binding, block: Option<LineIndex>) -> Option<LineIndex> {
        if binding.block == block {
            return Some(binding.line);
        }
        let mut line = binding.block?;
        for _ in 0..BLOCKS {
            let parent = self.module.parent(line);
            if parent == block {
                return Some(line);
            }
            line = parent?;
        }
        None
    }

    fn block_backwards(&mut self, header: LineIndex, depth: u32) -> bool {
        let end = self.end(header);
        self.backwards(Some(header), end, depth + 1)
    }

    /// One past the last byte of a block.
    fn end(&self, header: LineIndex) -> u32 {
        let range = self.module.block(header);
        let last = if range.is_empty() { header.number() } else { range.end.saturating_sub(1) };
        self.module.lines().get(last as usize).map_or(0, |line| line.span.end).saturating_add(1)
    }

    /// The parts of a compound statement as far as `upto` and beyond: `if`, `elif`, `else`; `try`, `except`, ...
    fn group(&self, header: LineIndex) -> Vec<LineIndex> {
        let mut parts = vec![header];
        let mut first = header;
        while matches!(block_kind(self.module, first), Block::Elif | Block::Else | Block::Except | Block::Finally)
            && parts.len() < 256
        {
            match self.sibling_before(first) {
                Some(before) => {
                    parts.insert(0, before);
                    first = before;
                }
                None => break,
            }
        }
        let mut last = header;
        while parts.len() < 256 {
            let range = self.module.block(last);
            let next = LineIndex::new(if range.is_empty() { last.number() + 1 } else { range.end });
            if self.module.lines().get(next.number() as usize).is_none()
                || self.module.parent(next) != self.module.parent(header)
                || !matches!(block_kind(self.module, next), Block::Elif | Block::Else | Block::Except | Block::Finally)
            {
                break;
            }
            parts.push(next);
            last = next;
        }
        parts
    }

    fn group_start(&self, header: LineIndex) -> u32 {
        let first = self.group(header).first().copied().unwrap_or(header);
        self.start(first)
    }

    /// The header of the block that ends just before a line.
    fn sibling_before(&self, line: LineIndex) -> Option<LineIndex> {
        let parent = self.module.parent(line);
        let mut before = LineIndex::new(line.number().checked_sub(1)?);
        for _ in 0..BLOCKS {
            let above = self.module.parent(before);
            if above == parent {
                return Some(before);
            }
            before = above?;
        }
        None
    }

    /// The flow through a compound statement that stands before the use. True when every way binds the name.
    fn group_backwards(&mut self, group: &[LineIndex], item: LineIndex, depth: u32) -> bool {
        let first = group.first().copied().unwrap_or(item);
        match block_kind(self.module, first) {
            Block::With => self.block_backwards(first, depth),
            Block::If => {
                if self.always(first) {
                    return self.block_backwards(first, depth);
                }
                let mut complete = group.last().is_some_and(|last| block_kind(self.module, *last) == Block::Else);
                for part in group {
                    if self.ends_flow(*part) {
                        continue;
                    }
                    complete &= self.block_backwards(*part, depth);
                }
                complete
            }
            Block::Try => {
                let mut finally = false;
                let mut handled = true;
                let mut body = false;
                for part in group {
                    match block_kind(self.module, *part) {
                        Block::Finally => finally |= self.block_backwards(*part, depth),
                        Block::Except => {
                            if !self.ends_flow(*part) {
                                handled &= self.block_backwards(*part, depth);
                            }
                        }
                        _ => body |= self.block_backwards(*part, depth),
                    }
                }
                finally || (body && handled)
            }
            Block::Function | Block::Class => false,
            _ => {
                for part in group {
                    self.everything_in(*part);
                }
                false
            }
        }
    }

    /// `if True:`, `if __name__ == "__main__":`, `if 1:`
    fn always(&self, header: LineIndex) -> bool {
        let text = line_text(self.module, header);
        let test = text.strip_prefix("if").unwrap_or(text).trim();
        test.starts_with("__name__") || matches!(test.trim_end_matches(':').trim(), "True" | "1")
    }

    /// The block ends with `return`, `raise`, `continue`, `break`: what it binds does not reach what follows.
    fn ends_flow(&self, header: LineIndex) -> bool {
        let range = self.module.block(header);
        if range.is_empty() {
            let text = line_text(self.module, header);
            let body = text.rsplit(':').next().unwrap_or("").trim();
            return ends(body);
        }
        let mut last = LineIndex::new(range.end.saturating_sub(1));
        for _ in 0..BLOCKS {
            match self.module.parent(last) {
                Some(parent) if parent == header => break,
                Some(parent) => last = parent,
                None => return false,
            }
        }
        ends(line_text(self.module, last))
    }
}

fn ends(text: &str) -> bool {
    ["return", "raise", "continue", "break"].iter().any(|word| {
        text.strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|character: char| character.is_alphanumeric() || character == '_'))
    }) || text.starts_with("sys.exit(")
        || text.starts_with("exit(")
}

/// True when code on `line` certainly runs before code on `usage` that stands behind it, in one scope: every block around
/// it is also around the use, or always runs.
pub fn certainly_before(module: &Module<'_>, line: LineIndex, usage: LineIndex) -> bool {
    let mut around = module.parent(line);
    for _ in 0..BLOCKS {
        let Some(header) = around else { return true };
        if module.block(header).contains(&usage.number()) {
            return true;
        }
        match block_kind(module, header) {
            Block::With => {}
            Block::Function | Block::Class => return true,
            _ => return false,
        }
        around = module.parent(header);
    }
    false
}

/// True when a loop is around both lines: what stands later runs before the next round.
pub fn same_loop(module: &Module<'_>, line: LineIndex, usage: LineIndex) -> bool {
    let mut around = module.parent(usage);
    for _ in 0..BLOCKS {
        let Some(header) = around else { return false };
        match block_kind(module, header) {
            Block::Loop if module.block(header).contains(&line.number()) => return true,
            Block::Function | Block::Class => return false,
            _ => {}
        }
        around = module.parent(header);
    }
    false
}
