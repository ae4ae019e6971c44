//! The closed list of credential kinds: what each is called, who issued it, and which rule and level it belongs to.

/// Which of the two rules a match belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A Hugging Face credential.
    Token,
    /// A key of another machine-learning service.
    MlKey,
}

impl Rule {
    /// The word that enters fingerprints; it must never change, or every baseline goes stale.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Token => "leaked-token",
            Self::MlKey => "leaked-ml-key",
        }
    }
}

/// How sure the matcher is that the text is a live-format credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The format rests on little evidence, or only on its neighbourhood.
    Medium,
    /// The format is documented or seen in many real leaks.
    High,
}

impl Confidence {
    /// Lower-case word for reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// How bad a leak of this kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Often public on purpose (browser keys).
    Warning,
    /// A secret that gives access to an account.
    Error,
}

/// A step that was needed to make a secret visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decoding {
    /// Standard or URL-safe base64.
    Base64,
    /// Pairs of hex digits.
    Hex,
    /// `%HH` of URLs.
    Percent,
    /// Backslash escapes, HTML entities, escaped underscores, soft line breaks.
    Escape,
    /// A list of character codes.
    CharacterCodes,
    /// Several string literals side by side.
    Joined,
    /// The string was written backwards.
    Reversed,
    /// Letters rotated by thirteen.
    Rot13,
    /// Variables of the same file were put in.
    Variable,
    /// A JSON document inside a JSON string.
    NestedJson,
    /// Constant expressions were evaluated by the caller.
    Folded,
}

impl Decoding {
    /// Words for messages, as in `base64 → joined strings`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent-encoding",
            Self::Escape => "escapes",
            Self::CharacterCodes => "character codes",
            Self::Joined => "joined strings",
            Self::Reversed => "reversed string",
            Self::Rot13 => "rot13",
            Self::Variable => "variables",
            Self::NestedJson => "nested JSON",
            Self::Folded => "constant expression",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $service:literal, $rule:ident, $prefix:literal;)*) => {
        /// What sort of credential a match is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $variant,)* }

        impl Kind {
            /// Every kind, in the order of this file.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Words for messages, with the article left out: `user access token`.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name,)* } }

            /// Who issued it.
            #[must_use]
            pub const fn service(self) -> &'static str { match self { $(Self::$variant => $service,)* } }

            /// The rule it belongs to.
            #[must_use]
            pub const fn rule(self) -> Rule { match self { $(Self::$variant => Rule::$rule,)* } }

            /// The public part that every credential of the kind starts with; safe to show.
            #[must_use]
            pub const fn prefix(self) -> &'static str { match self { $(Self::$variant => $prefix,)* } }
        }
    };
}

kinds! {
    /// Read, write and fine-grained tokens share one shape.
    User = "user access token", "Hugging Face", Token, "hf_";
    /// Deprecated in August 2023.
    OrganizationLegacy = "organization API token", "Hugging Face", Token, "api_org_";
    /// Access token of an OAuth app.
    OAuth = "OAuth access token", "Hugging Face", Token, "hf_oauth_";
    /// OIDC, Spaces and playground tokens.
    Jwt = "JWT access token", "Hugging Face", Token, "hf_jwt_";
    /// Renews an OAuth access token.
    OAuthRefresh = "OAuth refresh token", "Hugging Face", Token, "hf_oauth__refresh_";
    /// The secret of a registered OAuth app.
    OAuthAppSecret = "OAuth app secret", "Hugging Face", Token, "oauth_app_secret_";
    /// App token.
    App = "app token", "Hugging Face", Token, "hf_app_";
    /// Short-lived storage credential.
    S3Temporary = "temporary storage credential", "Hugging Face", Token, "hf_s3_";
    /// Key id beside its secret.
    S3KeyPair = "storage bucket key pair", "Hugging Face", Token, "HFAK";
    /// `sk-proj-…` and the older `sk-…`.
    OpenAi = "API key", "OpenAI", MlKey, "sk-";
    /// API, admin and OAuth keys.
    Anthropic = "API key", "Anthropic", MlKey, "sk-ant-";
    /// Often a public browser key.
    Google = "API key", "Google", MlKey, "AIza";
    /// The newer Gemini key.
    Gemini = "API key", "Google Gemini", MlKey, "AQ.Ab8RN6";
    /// Groq.
    Groq = "API key", "Groq", MlKey, "gsk_";
    /// Perplexity.
    Perplexity = "API key", "Perplexity", MlKey, "pplx-";
    /// Replicate.
    Replicate = "API token", "Replicate", MlKey, "r8_";
    /// OpenRouter.
    OpenRouter = "API key", "OpenRouter", MlKey, "sk-or-v1-";
    /// xAI.
    XAi = "API key", "xAI", MlKey, "xai-";
    /// NVIDIA.
    Nvidia = "API key", "NVIDIA", MlKey, "nvapi-";
    /// Pinecone.
    Pinecone = "API key", "Pinecone", MlKey, "pcsk_";
    /// LangSmith.
    LangSmith = "API key", "LangSmith", MlKey, "lsv2_";
    /// The secret half; `pk-lf-…` is public.
    Langfuse = "secret key", "Langfuse", MlKey, "sk-lf-";
    /// Databricks.
    Databricks = "access token", "Databricks", MlKey, "dapi";
    /// RunPod.
    RunPod = "API key", "RunPod", MlKey, "rpa_";
    /// Together.
    Together = "API key", "Together AI", MlKey, "tgp_v1_";
    /// Cerebras.
    Cerebras = "API key", "Cerebras", MlKey, "csk-";
    /// Weights & Biases, the newer format.
    WeightsAndBiases = "API key", "Weights & Biases", MlKey, "wandb_v1_";
    /// Jina: 60 letters and digits.
    Jina = "API key", "Jina AI", MlKey, "jina_";
    /// LlamaCloud: 48 letters and digits.
    LlamaCloud = "API key", "LlamaCloud", MlKey, "llx-";
    /// Kaggle's newer token: 32 hex digits.
    Kaggle = "API token", "Kaggle", MlKey, "KGAT_";
    /// ElevenLabs: 48 hex digits.
    ElevenLabs = "API key", "ElevenLabs", MlKey, "sk_";
}

impl Kind {
    /// How bad a leak of this kind is.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Google => Level::Warning,
            _ => Level::Error,
        }
    }
}
