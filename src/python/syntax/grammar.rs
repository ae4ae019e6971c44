//! The node kinds and fields of tree-sitter's Python grammar, by number.

use std::sync::LazyLock;

macro_rules! kinds {
    ($($variant:ident = $name:literal),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind { $($variant,)* Unknown }
        fn kind_of_name(name: &str) -> Kind {
            match name { $($name => Kind::$variant,)* _ => Kind::Unknown }
        }
    };
}

kinds! {
    Error = "ERROR", Comment = "comment", Continuation = "line_continuation",
    Module = "module", Block = "block", Semicolon = ";", Colon = ":", Comma = ",", Equals = "=", Async = "async", From = "from",
    ExpressionStatement = "expression_statement", Assignment = "assignment", AugmentedAssignment = "augmented_assignment",
    Import = "import_statement", ImportFrom = "import_from_statement", FutureImport = "future_import_statement",
    RelativeImport = "relative_import", ImportPrefix = "import_prefix", DottedName = "dotted_name",
    AliasedImport = "aliased_import", WildcardImport = "wildcard_import",
    Print = "print_statement", Exec = "exec_statement", TypeAlias = "type_alias_statement", Chevron = "chevron",
    Assert = "assert_statement", Return = "return_statement", Delete = "delete_statement", Raise = "raise_statement",
    Pass = "pass_statement", Break = "break_statement", Continue = "continue_statement",
    Global = "global_statement", Nonlocal = "nonlocal_statement",
    If = "if_statement", Elif = "elif_clause", Else = "else_clause", For = "for_statement", While = "while_statement",
    Try = "try_statement", Except = "except_clause", ExceptGroup = "except_group_clause", Finally = "finally_clause",
    With = "with_statement", WithClause = "with_clause", WithItemNode = "with_item",
    Match = "match_statement", Case = "case_clause",
    Function = "function_definition", Class = "class_definition", Decorated = "decorated_definition", Decorator = "decorator",
    Identifier = "identifier", Attribute = "attribute", CallNode = "call", ArgumentList = "argument_list",
    KeywordArgument = "keyword_argument", Subscript = "subscript", Slice = "slice",
    Str = "string", ConcatenatedString = "concatenated_string", StringStart = "string_start", StringEnd = "string_end",
    Interpolation = "interpolation", FormatSpecifier = "format_specifier", FormatExpression = "format_expression",
    TypeConversion = "type_conversion",
    Integer = "integer", Float = "float", True = "true", False = "false", None = "none", Ellipsis = "ellipsis",
    List = "list", ListPattern = "list_pattern", Tuple = "tuple", TuplePattern = "tuple_pattern",
    PatternList = "pattern_list", ExpressionList = "expression_list", Set = "set", Dictionary = "dictionary", Pair = "pair",
    ListSplat = "list_splat", ListSplatPattern = "list_splat_pattern", DictionarySplat = "dictionary_splat",
    DictionarySplatPattern = "dictionary_splat_pattern", SplatType = "splat_type",
    Unary = "unary_operator", Not = "not_operator", Binary = "binary_operator", Boolean = "boolean_operator",
    Comparison = "comparison_operator", Conditional = "conditional_expression", Lambda = "lambda",
    ListComprehension = "list_comprehension", SetComprehension = "set_comprehension",
    DictionaryComprehension = "dictionary_comprehension", Generator = "generator_expression",
    ForIn = "for_in_clause", IfClause = "if_clause", Await = "await", Yield = "yield", Named = "named_expression",
    Parenthesized = "parenthesized_expression", AsPattern = "as_pattern", AsPatternTarget = "as_pattern_target",
    Type = "type", GenericType = "generic_type", UnionType = "union_type", MemberType = "member_type", ConstrainedType = "constrained_type", TypeParameter = "type_parameter",
    TypedParameter = "typed_parameter", DefaultParameter = "default_parameter", TypedDefaultParameter = "typed_default_parameter",
    KeywordSeparator = "keyword_separator", PositionalSeparator = "positional_separator",
}

/// The numbers of the grammar's fields that are asked for.
pub(super) struct Fields {
    pub(super) object: u16,
    pub(super) attribute: u16,
    pub(super) function: u16,
    pub(super) arguments: u16,
    pub(super) value: u16,
    pub(super) subscript: u16,
    pub(super) left: u16,
    pub(super) right: u16,
    pub(super) kind: u16,
    pub(super) operator: u16,
    pub(super) operators: u16,
    pub(super) argument: u16,
    pub(super) name: u16,
    pub(super) alias: u16,
    pub(super) module_name: u16,
    pub(super) condition: u16,
    pub(super) subject: u16,
    pub(super) parameters: u16,
    pub(super) return_type: u16,
    pub(super) superclasses: u16,
    pub(super) key: u16,
    pub(super) body: u16,
    pub(super) expression: u16,
}

pub(super) struct Grammar {
    pub(super) kinds: Vec<Kind>,
    pub(super) fields: Fields,
}

pub(super) static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let language = tree_sitter::Language::from(tree_sitter_python::LANGUAGE);
    let kinds = (0..language.node_kind_count())
        .map(|id| {
            let id = u16::try_from(id).unwrap_or(u16::MAX);
            kind_of_name(language.node_kind_for_id(id).unwrap_or(""))
        })
        .collect();
    let field = |name: &str| language.field_id_for_name(name).map_or(0, u16::from);
    let fields = Fields {
        object: field("object"),
        attribute: field("attribute"),
        function: field("function"),
        arguments: field("arguments"),
        value: field("value"),
        subscript: field("subscript"),
        left: field("left"),
        right: field("right"),
        kind: field("type"),
        operator: field("operator"),
        operators: field("operators"),
        argument: field("argument"),
        name: field("name"),
        alias: field("alias"),
        module_name: field("module_name"),
        condition: field("condition"),
        subject: field("subject"),
        parameters: field("parameters"),
        return_type: field("return_type"),
        superclasses: field("superclasses"),
        key: field("key"),
        body: field("body"),
        expression: field("expression"),
    };
    Grammar { kinds, fields }
});
