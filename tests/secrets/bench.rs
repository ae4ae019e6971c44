//! Our own bench: kinds of leak that must be found, and innocent look-alikes that must not. Templates and small
//! encoders only; every token is drawn when the test runs.

use hublint::secrets::{Decoding, Rule, SecretMatch, Surface, scan_bytes, scan_folded};

use super::program;
use super::render::{LETTERS, Random, base64, placeholder, render};
use Surface::{Json, ShellLike as Shell, Text};

/// Name, surface and template of a leak that stands in the text as it is.
const VISIBLE: &[(&str, Surface, &str)] = &[
    ("appended in shell", Shell, "T=hf_\nT+={{L34}}\nexport HF_TOKEN=$T\n"),
    ("grown in shell", Shell, "T=hf_\nT=\"${T}{{L34}}\"\nlogin $T\n"),
    ("one line of shell", Shell, "A=hf_; B={{L34}}; login $A$B\n"),
    ("used before assigned", Shell, "login: $(A)$(B)\nA = hf_\nB = {{L34}}\n"),
    ("TeX underscore", Text, "\\texttt{hf{\\_}{{L34}}}"),
    ("percent twice", Text, "https://x/?q=%2522{{HF34}}%2522"),
    ("systemd", Shell, "Environment=\"HF_TOKEN={{HF34}}\"\n"),
    ("properties", Text, "hf.token={{HF34}}\n"),
    ("SQL", Text, "INSERT INTO t VALUES (1,'{{HF34}}');"),
    ("SVG text", Text, "<text>&quot;{{HF34}}&quot;</text>"),
    ("path", Text, "GET /api/{{HF34}}/x HTTP/1.1"),
    ("JSON in a log line", Text, "level=info msg=\"{\\\"token\\\":\\\"{{HF34}}\\\"}\""),
    // Plain source.
    ("assignment", Text, "token = \"{{HF34}}\"\n"),
    ("assignment with digits", Text, "token = \"{{HFAN34}}\"\n"),
    ("keyword argument", Text, "m = AutoModel.from_pretrained(\"a/b\", token='{{HF34}}')"),
    ("old keyword", Text, "load_dataset(\"a/b\", use_auth_token=\"{{HF34}}\")"),
    ("login", Text, "from huggingface_hub import login\nlogin(\"{{HF34}}\")"),
    ("environ item", Text, "os.environ[\"HF_TOKEN\"] = \"{{HF34}}\""),
    ("getenv default", Text, "os.getenv(\"HF_TOKEN\", \"{{HF34}}\")"),
    ("bearer f-string", Text, "headers = {\"Authorization\": f\"Bearer {{HF34}}\"}"),
    ("comment", Text, "# my token: {{HF34}}"),
    ("comment in brackets", Text, "# (see {{HF34}})."),
    ("comment with full stop", Text, "# use {{HF34}}."),
    ("comment with comma", Text, "# {{HF34}}, the old one"),
    ("os.system", Text, "os.system('huggingface-cli login --token {{HF34}} --add-to-git-credential')"),
    ("git userinfo", Text, "git clone https://user:{{HF34}}@huggingface.co/a/b"),
    ("git token as user", Shell, "git remote set-url origin https://{{HF34}}@huggingface.co/spaces/a/b"),
    ("URL query", Text, "https://example.com/?token={{HF34}}&x=1"),
    ("before dots", Text, "key {{HF34}}..."),
    ("TypeScript", Text, "const hf = new HfInference(\"{{HF34}}\");"),
    ("JavaScript template", Text, "fetch(u, {headers: {Authorization: `Bearer {{HF34}}`}})"),
    ("JSON value", Json, "{\"hf_token\": \"{{HF34}}\"}"),
    ("XML", Text, "<token>{{HF34}}</token>"),
    ("CSV", Text, "name,token,x\nme,{{HF34}},1\n"),
    ("TSV", Text, "me\t{{HF34}}\t1\n"),
    ("TOML", Text, "[hub]\ntoken = \"{{HF34}}\"\n"),
    ("INI stored_tokens", Text, "[default]\nhf_token = {{HF34}}\n"),
    ("token file", Text, "{{HF34}}"),
    ("YAML", Shell, "env:\n  HF_TOKEN: {{HF34}}\n"),
    ("YAML list item", Shell, "environment:\n  - HF_TOKEN={{HF34}}\n"),
    ("YAML flow map", Shell, "env: {HF_TOKEN: {{HF34}}, A: b}\n"),
    ("YAML anchor", Shell, "a: &tok {{HF34}}\nb: *tok\n"),
    ("workflow run", Shell, "- run: hf auth login --token {{HF34}}\n"),
    (".env", Shell, "HF_TOKEN={{HF34}}\nX=1\n"),
    (".env CRLF", Shell, "HF_TOKEN={{HF34}}\r\nX=1\r\n"),
    (".env BOM", Shell, "\u{feff}HF_TOKEN={{HF34}}\n"),
    ("Docker ENV", Shell, "FROM python\nENV HF_TOKEN {{HF34}}\n"),
    ("Docker build-arg", Shell, "docker build --build-arg HF_TOKEN={{HF34}} .\n"),
    ("export and more", Shell, "RUN export HF_TOKEN={{HF34}}&& python a.py\n"),
    ("curl", Shell, "curl -H \"Authorization: Bearer {{HF34}}\" https://huggingface.co/api/whoami-v2"),
    ("command substitution", Shell, "x=$(hf login --token {{HF34}})"),
    (".netrc", Text, "machine huggingface.co login user password {{HF34}}\n"),
    (".git-credentials", Text, "https://hf_user:{{HF34}}@huggingface.co\n"),
    ("Markdown code", Text, "use `{{HF34}}` here"),
    ("Markdown bold", Text, "**{{HF34}}**"),
    ("Markdown underscores", Text, "my token is _{{HF34}}_ ok"),
    ("Markdown link", Text, "[t](https://x/?t={{HF34}})"),
    ("log", Text, "[INFO] token [{{HF34}}] used"),
    ("diff", Text, "+HF_TOKEN={{HF34}}"),
    ("minified", Text, "a={t:\"{{HF34}}\",u:1};b=2"),
    ("lone CR", Text, "a\rHF={{HF34}}\rb"),
    ("HTML attribute", Text, "<input value={{HF34}}>"),
    ("PowerShell", Shell, "$env:HF_TOKEN = '{{HF34}}'"),
    ("batch", Shell, "set HF_TOKEN={{HF34}}\r\n"),
    ("make", Shell, "HF_TOKEN := {{HF34}}\n"),
    ("tfvars", Text, "hf_token = \"{{HF34}}\""),
    ("TeX", Text, "\\texttt{{{-}}{{HF34}}}"),
    ("RST role", Text, ":code:`{{HF34}}`"),
    ("R", Text, "Sys.setenv(HF_TOKEN = \"{{HF34}}\")"),
    ("CJK around", Text, "令牌{{HF34}}请"),
    ("Cyrillic before", Text, "ключ{{HF34}}"),
    ("unquoted call", Text, "login(token={{HF34}})"),
    ("NameError", Text, "NameError: name '{{HF34}}' is not defined"),
    ("mail quoted-printable", Text, "Token=3D{{HF34}}\r\n"),
    // Boundaries in undecoded text.
    ("after \\n", Text, "x = \"a\\n{{HF34}}\\n\""),
    ("after \\t", Text, "printf 'a\\t{{HF34}}'"),
    ("after a written colour", Text, "\"\\u001b[32m{{HF34}}\\u001b[0m\""),
    ("after octal colour", Text, "echo -e '\\033[1;31m{{HF34}}'"),
    ("after \\e", Text, "echo -e \"\\e[0m{{HF34}}\""),
    ("real colour", Text, "\u{1b}[32m{{HF34}}\u{1b}[0m"),
    ("after erase line", Text, "\u{1b}[K{{HF34}}"),
    ("percent before", Text, "https://x/?q=token%3D{{HF34}}%26"),
    ("percent around", Text, "user%3A{{HF34}}%40huggingface.co"),
    // Notebooks.
    ("code cell", Json, r#"{"cells":[{"cell_type":"code","source":["login(token=\"{{HF34}}\")\n","x"],"outputs":[]}]}"#),
    ("stream output", Json, r#"{"cells":[{"outputs":[{"output_type":"stream","text":["Token: {{HF34}}\n"]}]}]}"#),
    ("stream after newline", Json, r#"{"outputs":[{"text":"ok\n{{HF34}}\nend"}]}"#),
    ("stream after tab", Json, r#"{"outputs":[{"text":"ok\t{{HF34}}"}]}"#),
    ("repr", Json, r#"{"data":{"text/plain":["'{{HF34}}'"]}}"#),
    ("environ dump", Json, r#"{"data":{"text/plain":["environ{'HF_TOKEN': '{{HF34}}', 'A': 'b'}"]}}"#),
    ("HTML output", Json, r#"{"data":{"text/html":["<td>{{HF34}}</td>"]}}"#),
    ("JSON output", Json, r#"{"data":{"application/json":{"token":"{{HF34}}"}}}"#),
    ("coloured traceback", Json, r#"{"traceback":["\u001b[0;31mValueError\u001b[0m: \u001b[32m{{HF34}}\u001b[39m"]}"#),
    ("widget state", Json, r#"{"metadata":{"widgets":{"s":{"x":{"state":{"value":"{{HF34}}"}}}}}}"#),
    ("papermill", Json, r#"{"metadata":{"papermill":{"parameters":{"hf_token":"{{HF34}}"}}}}"#),
    ("writefile cell", Json, r#"{"source":"%%writefile token\n{{HF34}}"}"#),
    ("broken notebook", Json, "{\"cells\": [{\"source\": [\"a\\n{{HF34}}\\n\",\n<<<<<<< HEAD\n"),
    ("JSON lines", Json, "{\"a\":1}\n{\"t\":\"x\\n{{HF34}}\"}\n"),
    // Kinds.
    ("organization", Text, "token: {{ORG34}}"),
    ("OAuth", Text, "Authorization: Bearer {{OAUTH}}"),
    ("JWT", Text, "const TOKEN = '{{JWT}}';"),
    ("JWT in JSON", Json, r#"{"t":"a\n{{JWT}}"}"#),
    ("refresh", Text, "refresh_token = {{REFRESH}}"),
    ("app", Text, "Bearer {{APP}} x"),
    ("app secret", Text, "OAUTH_CLIENT_SECRET={{APPSECRET}}"),
    ("temporary storage", Text, "AWS_SESSION_TOKEN={{STORAGE}}"),
    ("key pair in a profile", Text, "[hf]\naws_access_key_id = {{KEYID}}\naws_secret_access_key = {{KEYSECRET}}\n"),
    ("key pair in SQL", Text, "CREATE SECRET (TYPE S3, KEY_ID '{{KEYID}}', SECRET '{{KEYSECRET}}', ENDPOINT 's3.hf.co');"),
    ("key pair in JSON", Json, r#"{"accessKeyId": "{{KEYID}}", "secretAccessKey": "{{KEYSECRET}}"}"#),
    ("key pair in boto3", Text, "boto3.client('s3', aws_access_key_id='{{KEYID}}', aws_secret_access_key='{{KEYSECRET}}')"),
    // A token in pieces, in any language.
    ("concatenated", Text, "t = \"hf_\" + \"{{L34}}\""),
    ("adjacent in C", Text, "const char *t = \"hf_\"\n   \"{{L34}}\";"),
    ("PHP", Text, "$t = 'hf_' . '{{L34}}';"),
    ("prefix cut", Text, "t = 'h' + 'f_{{L34}}'"),
    ("prefix cut after f", Text, "t = \"hf\" + \"_{{L34}}\""),
    ("R paste0", Text, "paste0(\"hf_\", \"{{L34}}\")"),
    ("line continuation", Text, "t = \"hf_\\\n{{L34}}\""),
    ("shell quotes", Shell, "T=\"hf_\"'{{L34}}'"),
    ("escaped underscore", Text, "Token: hf\\_{{L34}} (Markdown)"),
    ("hex escape", Text, "t = \"\\x68\\x66\\x5f{{L34}}\""),
    ("unicode escape", Text, "t = '\\u0068f_{{L34}}'"),
    ("unicode escape in JSON", Json, r#"{"t":"\u0068f_{{L34}}"}"#),
    ("HTML entity", Text, "<p>hf&#95;{{L34}}</p>"),
    ("percent underscore", Text, "https://x/?t=hf%5F{{L34}}&b"),
    ("soft line break", Text, "token hf_{{L32}}=\r\nAbQ end"),
    ("zero-width space", Text, "hf_\u{200b}{{L34}} pasted"),
    ("shell variables", Shell, "A=hf_\nB={{L34}}\nexport HF_TOKEN=\"${A}${B}\"\n"),
    ("Docker variables", Shell, "ARG HEAD=hf_\nENV TAIL {{L34}}\nENV HF_TOKEN=$HEAD$TAIL\n"),
    ("YAML variables", Shell, "env:\n  A: hf_\n  B: \"{{L34}}\"\nrun: login ${{ env.A }}${{ env.B }}\n"),
    ("batch variables", Shell, "set A=hf_\r\nset B={{L34}}\r\nlogin %A%%B%\r\n"),
    ("JSON in JSON", Json, r#"{"log":"{\"out\":\"{\\\"t\\\":\\\"a\\\\n{{HF34}}\\\"}\"}"}"#),
];

type Encoder = fn(&str) -> Vec<u8>;

/// Leaks that a small encoder makes of a token.
const ENCODED: &[(&str, Surface, Encoder)] = &[
    ("container registry login", Shell, |token| {
        let auth = base64(format!("someone:{token}").as_bytes(), false);
        let json = format!("{{\"auths\":{{\"registry.hf.space\":{{\"auth\":\"{auth}\"}}}}}}");
        format!("data:\n  .dockerconfigjson: {}\n", base64(json.as_bytes(), false)).into()
    }),
    ("base64", Text, |token| format!("base64.b64decode('{}')", base64(token.as_bytes(), false)).into()),
    ("base64 URL-safe", Text, |token| format!("t={}", base64(token.as_bytes(), true)).into()),
    ("base64 after one byte", Text, |token| {
        format!("auth: {}", base64(format!("u{token}").replace("uhf", "\nhf").as_bytes(), false)).into()
    }),
    ("basic auth", Text, |token| format!("Authorization: Basic {}", base64(format!("me:{token}").as_bytes(), false)).into()),
    ("basic auth, longer name", Text, |token| {
        format!("\"auth\": \"{}\"", base64(format!("user:{token}").as_bytes(), false)).into()
    }),
    ("Kubernetes secret", Shell, |token| format!("data:\n  token: {}\n", base64(token.as_bytes(), false)).into()),
    ("base64 of .env", Shell, |token| {
        format!("data:\n  .env: {}\n", base64(format!("A=1\nHF_TOKEN={token}\nB=2\n{}", "C=3\n".repeat(200)).as_bytes(), false))
            .into()
    }),
    ("base64 in lines", Text, |token| {
        let text = base64(format!("some text first so that it wraps: {token}\n").as_bytes(), false);
        text.as_bytes().chunks(40).flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
    }),
    ("base64 twice", Text, |token| format!("x = \"{}\"", base64(base64(token.as_bytes(), false).as_bytes(), false)).into()),
    ("PowerShell encoded", Text, |token| {
        let wide: Vec<u8> = token.encode_utf16().flat_map(u16::to_le_bytes).collect();
        format!("powershell -EncodedCommand {}", base64(&wide, false)).into()
    }),
    ("hex", Text, |token| format!("bytes.fromhex('{}')", hex(token, "")).into()),
    ("hex with blanks", Text, |token| format!("dump {}", hex(token, " ")).into()),
    ("hex escapes", Text, |token| {
        token.bytes().fold(String::from("t = '"), |text, byte| text + &format!("\\x{byte:02x}")).into()
    }),
    ("code list", Text, |token| format!("bytes([{}])", codes(token, ", ")).into()),
    ("code list, hex", Text, |token| token.bytes().map(|byte| format!("0x{byte:02x}")).collect::<Vec<_>>().join(", ").into()),
    ("fromCharCode", Text, |token| format!("String.fromCharCode({})", codes(token, ",")).into()),
    ("chr sum", Text, |token| token.bytes().map(|byte| format!("chr({byte})")).collect::<Vec<_>>().join(" + ").into()),
    ("backwards", Text, |token| format!("t = \"{}\"[::-1]", token.chars().rev().collect::<String>()).into()),
    ("backwards in shell", Shell, |token| format!("echo '{}' | rev", token.chars().rev().collect::<String>()).into()),
    ("rot13", Text, |token| format!("codecs.decode('{}', 'rot13')", rot13(token)).into()),
    ("join of characters", Text, |token| {
        format!("''.join([{}])", token.chars().map(|c| format!("'{c}'")).collect::<Vec<_>>().join(", ")).into()
    }),
    ("percent, all", Text, |token| token.bytes().fold(String::from("t="), |text, byte| text + &format!("%{byte:02X}")).into()),
    ("UTF-16 LE", Shell, |token| wide(token, "\u{feff}", u16::to_le_bytes)),
    ("UTF-16 BE", Shell, |token| wide(token, "\u{feff}", u16::to_be_bytes)),
    ("UTF-16 without mark", Shell, |token| wide(token, "", u16::to_le_bytes)),
    ("Latin-1", Text, |token| [b"# caf\xe9 \xfc\n", token.as_bytes(), b"\n"].concat()),
    ("Latin-1 glued", Text, |token| [b"cl\xe9", token.as_bytes(), b"\xe9"].concat()),
    ("image line", Json, |token| {
        let image = base64(&Random::new(9, "image").string(super::render::URL_SAFE, 300_000).into_bytes(), false);
        format!("{{\"outputs\":[{{\"data\":{{\"image/png\":\"{image}\"}}}}],\"s\":\"\\n{token}\"}}").into()
    }),
];

/// Leaks that only the resolver can put together, with the value that it would hand over.
const FOLDED: &[(&str, &str)] = &[
    ("f-string with constant", "P = 'hf_'\nt = f\"{P}{{L34}}\""),
    ("percent format", "t = \"hf_%s\" % \"{{L34}}\""),
    ("format", "t = \"{}{}\".format(\"hf_\", \"{{L34}}\")"),
    ("named pieces", "a = \"hf_\"\nb = \"{{L34}}\"\nt = a + b"),
    ("augmented assignment", "t = \"hf_\"\nt += \"{{L34}}\""),
    ("join with names", "a = 'hf'\nt = '_'.join([a, '{{L34}}'])"),
];

/// Texts that look like leaks and are none.
const INNOCENT: &[(&str, Surface, &str)] = &[
    ("two sequences in turn", Text, "hf_{{-}}1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q"),
    ("dummy, then alphabet", Text, "hf_{{-}}dummyTokenAbCdEfGhIjKlMnOpQrStUvWx"),
    ("German", Text, "hf_{{-}}MeinGeheimerTokenFuerDieTestsHierX"),
    ("Spanish", Text, "hf_{{-}}TuTokenDeHuggingFaceVaAquiPorFavor"),
    ("French", Text, "hf_{{-}}VotreJetonDAccesHuggingFaceIciMerc"),
    ("Pinyin", Text, "hf_{{-}}NiDeHuggingFaceLingPaiTianZaiZheLi"),
    ("digits", Text, "hf_{{-}}8301947265518390274651029384756103"),
    (
        "README of a Space",
        Shell,
        "hf_oauth: true\nhf_oauth_expiration_minutes: 480\nhf_oauth_scopes:\n  - read-repos\nhf_oauth_authorized_org: my-org\n",
    ),
    (
        "function names",
        Text,
        "from huggingface_hub import hf_hub_download, hf_hub_url\nhf_hub_download(repo_id='a/b', filename='c')",
    ),
    (
        "names with prefix",
        Text,
        "hf_user hf_xet hf_sandbox_exec hf_semantic_search hf_config hf_jwt_public_key hf_s3_client hf_oauth_config",
    ),
    ("ellipsis", Text, "token='hf_...'"),
    ("stars", Text, "token='hf_****'"),
    ("short crosses", Text, "HF_TOKEN=hf_xxx"),
    ("crosses", Text, "HF_TOKEN=hf_{{-}}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ("capital crosses", Text, "HF_TOKEN=hf_{{-}}XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
    ("variable", Shell, "export HF_TOKEN=hf_${HF_TOKEN}\necho $HF_TOKEN"),
    ("your token", Text, "token=\"hf_your_token_here\" or hf_YOUR_TOKEN_HERE"),
    ("masked", Text, "hf_abcd****wxyz and hf_abcd…wxyz"),
    ("alphabet", Text, "hf_{{-}}abcdefghijklmnopqrstuvwxyzABCDEFGH"),
    ("keyboard", Text, "hf_{{-}}qwertyuiopasdfghjklzxcvbnmqwertyui"),
    ("phrase", Text, "hf_{{-}}YourHuggingFaceTokenGoesHereeeeeee"),
    ("fake", Text, "hf_{{-}}FakeFakeFakeFakeFakeFakeFakeFakeFa"),
    ("phrase in camel case", Text, "hf_{{-}}thisIsAFakeTokenForTestingPurposes"),
    ("function of 34 letters", Text, "def hf_{{-}}convertLlamaStateDictToHuggingFace(x):"),
    ("class of 34 letters", Text, "class hf_{{-}}ImageTextToTextPipelineConfiguratio:"),
    ("test name", Text, "def test_hf_{{-}}LoadingShardedCheckpointsFromDiskOk(): pass"),
    ("33 letters", Text, "hf_{{L33}}"),
    ("35 letters", Text, "hf_{{L35}}"),
    ("other prefix", Text, "OSChf_{{L34}} rhf_{{L34}} _kXhf_{{L34}}"),
    ("no underscore", Text, "hf{{L34}} hf-{{L34}}"),
    ("word goes on", Text, "hf_{{L34}}_suffix my_hf_{{L34}}"),
    ("lower-case hash", Text, "hf_{{-}}0a9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c"),
    ("dotted names", Text, "hf_s3_client_connection_pool.some_module_attribute.another_function_name_here"),
    ("JWS of other people", Text, "hf_jwt_public.key.pem hf_oauth_eyJub3QuanNvbg.eyJub3QuanNvbg.AAAAAAAAAAAAAAAAAAAAAAAA"),
    ("plain JWT", Text, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    (
        "id without secret",
        Text,
        "aws_access_key_id = {{KEYID}}\naws_secret_access_key = os.environ['HF_S3_SECRET']\nendpoint = s3.hf.co",
    ),
    ("id with placeholder", Text, "aws_access_key_id = {{KEYID}}\naws_secret_access_key = YOUR_SECRET_ACCESS_KEY_HERE"),
    ("id in prose", Text, "Key ids start with HFAK, for example HFAKEXAMPLEEXAMPLE1."),
    ("id with CI secret", Shell, "AWS_ACCESS_KEY_ID: {{KEYID}}\nAWS_SECRET_ACCESS_KEY: ${{ secrets.HF_S3_SECRET_ACCESS_KEY }}\n"),
    ("organization API names", Text, "api_org_controller API_ORG_EXIST api_org_96726c78_4ae3_402f_b08b_7a78c6903d2a"),
    ("organization crosses", Text, "api_org_{{-}}XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
    ("prefix test", Text, "if not token.startswith(\"hf_\"): raise ValueError(\"bad\")"),
    ("list of prefixes", Text, "PREFIXES = [\"hf_\", \"sk-\", \"gsk_\", \"ghp_\", \"api_org_\"]"),
    ("dummy in pieces", Text, "t = \"hf_\" + \"a\" * 34\nu = \"hf_\" + \"abcdefghijklmnopqrstuvwxyzabcdefgh\""),
    ("base64 of a name", Text, "aGZfaHViX2Rvd25sb2Fk"),
    ("base64 of a dummy", Text, "aGZfeHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eA=="),
    ("hex of a name", Text, "68665f6875625f646f776e6c6f6164"),
    ("code list of a name", Text, "[104, 102, 95, 104, 117, 98]"),
    ("slices turned round", Text, "x[::-1]; self.log_fh = open('a_fh')"),
    ("rot13 of English", Text, "codecs.decode('us_zbqry', 'rot13')"),
    ("OpenAI placeholder", Text, "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-proj-..."),
    ("scikit names", Text, "sk-learn-pipeline-with-very-long-name-and-more-words"),
    ("Anthropic placeholder", Text, "sk-ant-api03-your-key-here sk-ant-..."),
    ("Google placeholder", Text, "AIza{{-}}SyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
    ("Groq placeholder", Text, "gsk_your_api_key_here gsk_{{-}}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ("names like r8", Text, "cpu_r8_register r8_{{-}}abcdefghijklmnopqrstuvwxyzabcdefghijk"),
    ("dapi name", Text, "dapi_client dapi0123456789abcdef0123456789abcdef"),
    ("public Langfuse key", Text, "pk-lf-12345678-1234-1234-1234-123456789012"),
    ("zero UUID", Text, "sk-lf-00000000-0000-0000-0000-000000000000"),
    ("git hash", Text, "revision='{{-}}9f1b2c3d4e5f60718293a4b5c6d7e8f901234567'"),
    ("XLA names", Text, "xai-explainability-toolbox nvapi-driver-structures llx-lly-urx-ury"),
    ("shell dummy", Shell, "A=hf_\nB=your_token\nlogin $A$B\n"),
    (
        "notebook with names",
        Json,
        r#"{"cells":[{"source":["from huggingface_hub import hf_hub_download\n","token=\"hf_...\""]}]}"#,
    ),
    ("RECORD hash", Text, "a/b.py,sha256=Khf_9aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789AbCd,12"),
    ("sequence quality", Text, "bb_eeeeegfgffhiiiiiiiiiiihiiiiicgafhf_{{-}}eefghihhiiiifhifhhdhifhiiiihifdgdhggf"),
];

const KINDS_OF_SERVICES: &[&str] = &[
    "OPENAI",
    "OPENAIOLD",
    "ANTHROPIC",
    "GOOGLE",
    "GEMINI",
    "GROQ",
    "PERPLEXITY",
    "REPLICATE",
    "OPENROUTER",
    "XAI",
    "NVIDIA",
    "PINECONE",
    "LANGSMITH",
    "LANGFUSE",
    "DATABRICKS",
    "RUNPOD",
    "TOGETHER",
    "CEREBRAS",
    "WANDB",
    "JINA",
    "LLAMACLOUD",
    "KAGGLE",
    "ELEVENLABS",
];

fn hex(token: &str, between: &str) -> String {
    token.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
}

fn codes(token: &str, between: &str) -> String {
    token.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(between)
}

fn rot13(token: &str) -> String {
    let turn = |byte: u8, base: u8| char::from((byte - base + 13) % 26 + base);
    token
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' => turn(byte, b'a'),
            b'A'..=b'Z' => turn(byte, b'A'),
            _ => char::from(byte),
        })
        .collect()
}

fn wide(token: &str, mark: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("{mark}# ключ\nHF_TOKEN={token}\nA=some more text to look like a file\n").encode_utf16().flat_map(bytes).collect()
}

fn tokens(found: &[SecretMatch]) -> usize {
    found.iter().filter(|item| item.rule == Rule::Token).count()
}

const SEEDS: std::ops::Range<u64> = 0..20;

#[test]
fn the_bench_is_large_enough() {
    assert!(VISIBLE.len() + ENCODED.len() + FOLDED.len() + KINDS_OF_SERVICES.len() >= 120);
    assert!(INNOCENT.len() >= 50);
    let mut names: Vec<&str> =
        VISIBLE.iter().chain(INNOCENT).map(|case| case.0).chain(ENCODED.iter().map(|case| case.0)).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "two cases of one name");
}

#[test]
fn every_visible_leak_is_found_once() {
    let mut missed = Vec::new();
    let mut runs = 0;
    for (name, surface, template) in VISIBLE {
        for seed in SEEDS {
            runs += 1;
            let text = render(template, &mut Random::new(seed, name));
            let found = scan_bytes(text.as_bytes(), *surface);
            if tokens(&found) != 1 {
                missed.push(format!("{name}, seed {seed}: {} findings", tokens(&found)));
            }
        }
    }
    assert!(missed.len() * 100 <= runs, "{missed:#?}");
}

#[test]
fn every_encoded_leak_is_found() {
    let mut missed = Vec::new();
    let mut runs = 0;
    for (name, surface, encode) in ENCODED {
        for seed in SEEDS {
            runs += 1;
            let token = format!("hf_{}", Random::new(seed, name).string(LETTERS, 34));
            let found = scan_bytes(&encode(&token), *surface);
            if tokens(&found) != 1 {
                missed.push(format!("{name}, seed {seed}: {} findings", tokens(&found)));
            }
        }
    }
    assert!(missed.len() * 100 <= runs, "{missed:#?}");
}

/// The finding of a folded value is the finding of the plain token, with one step more.
#[test]
fn folded_values_are_found() {
    for (name, template) in FOLDED {
        let mut random = Random::new(1, name);
        let body = random.string(LETTERS, 34);
        let source = template.replace("{{L34}}", &body);
        assert!(hublint::secrets::fold_hint(&source), "{name}: no hint");
        let value = format!("hf_{body}");
        let found = scan_folded(&value);
        assert_eq!(tokens(&found), 1, "{name}");
        assert_eq!(found[0].chain, [Decoding::Folded]);
        assert_eq!(found[0].fingerprint, scan_bytes(value.as_bytes(), Text)[0].fingerprint);
    }
}

/// The same through the whole of a file's checks: in a file, in a notebook of one cell and of a cell a line.
#[test]
fn folded_values_are_found_in_files() {
    for (name, template) in FOLDED {
        for seed in SEEDS {
            let mut random = Random::new(seed, name);
            let source = template.replace("{{L34}}", &random.string(LETTERS, 34)) + "\n";
            let cells: Vec<&str> = source.split_inclusive('\n').collect();
            for (path, text) in [
                ("a.py", source.clone()),
                ("a.ipynb", program::notebook(&[&source])),
                ("b.ipynb", program::notebook(&cells)),
                ("src/deep.py", format!("def f():\n    {}", source.replace('\n', "\n    ").trim_end())),
            ] {
                let found = program::tokens(path, text);
                assert_eq!(found.len(), 1, "{name}, {path}, seed {seed}");
                assert!(found[0].message.contains("hidden by"), "{}", found[0].message);
            }
        }
    }
}

/// A token in two literals, wherever it is cut: the first part may be a word by chance.
#[test]
fn tokens_in_two_parts_are_found_wherever_they_are_cut() {
    let (mut missed, mut unlucky) = (Vec::new(), Vec::new());
    let mut runs = 0;
    for seed in 0..4 {
        for cut in 1..36 {
            let mut random = Random::new(seed * 100 + cut as u64, "cut");
            let token = format!("hf_{}", random.string(LETTERS, 34));
            // All of the first part in small letters: the worst case for a look that tells names from parts of tokens.
            let lower = format!("{}{}", token[..cut].to_ascii_lowercase(), &token[cut..]);
            for (token, wrong) in [(&token, &mut missed), (&lower, &mut unlucky)] {
                if hublint::secrets::is_placeholder_body(&token[3..]) {
                    continue;
                }
                let (head, tail) = token.split_at(cut);
                let field = format!("a = '{head}'\nt = f'{{a}}{tail}'\n");
                for source in [
                    format!("t = \"{head}\" + \"{tail}\"\n"),
                    format!("a = '{head}'\nb = '{tail}'\nt = a + b\n"),
                    // A field of one letter before `f_`: the first pass over the bytes does not look for that.
                    if cut > 1 { field } else { String::new() },
                ] {
                    runs += 1;
                    if !source.is_empty() && program::tokens("a.py", source.as_str()).len() != 1 {
                        wrong.push(format!("{cut}: {}", source.replace(|sign: char| sign.is_ascii_uppercase(), "A")));
                    }
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(unlucky.len() * 2 * 100 <= runs * 5, "{} of {}: {unlucky:#?}", unlucky.len(), runs / 2);
}

#[test]
fn no_look_alike_is_reported() {
    let mut alarms = Vec::new();
    for (name, surface, template) in INNOCENT {
        for seed in SEEDS {
            let text = render(template, &mut Random::new(seed, name));
            for surface in [*surface, Text, Shell, Json] {
                for item in scan_bytes(text.as_bytes(), surface) {
                    alarms.push(format!("{name}, seed {seed}, {surface:?}: {:?} {}", item.kind, item.masked));
                }
            }
        }
    }
    alarms.dedup();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn keys_of_other_services_are_found() {
    for name in KINDS_OF_SERVICES {
        let mut missed = 0;
        for seed in 0..200 {
            let mut random = Random::new(seed, name);
            let key = placeholder(name, &mut random).unwrap();
            for template in ["KEY={}\n", "key: '{}'", "{\"a\":\"x\\n{}\"}", "(\"{}\")"] {
                let text = template.replace("{}", &key);
                for surface in [Text, Json, Shell] {
                    let found = scan_bytes(text.as_bytes(), surface);
                    let right = found.len() == 1 && found[0].rule == Rule::MlKey && text.get(found[0].span.clone()) == Some(&key);
                    missed += usize::from(!right);
                }
            }
            // One character more or less is another thing, for kinds of fixed length.
            if ["GROQ", "PERPLEXITY", "REPLICATE", "OPENROUTER", "JINA", "LLAMACLOUD", "KAGGLE", "ELEVENLABS", "DATABRICKS"]
                .contains(name)
            {
                for text in [format!("{key}a"), key[..key.len() - 1].to_owned(), format!("x{key}"), format!("-{key}")] {
                    assert!(scan_bytes(text.as_bytes(), Text).is_empty(), "{name}");
                }
            }
        }
        // A key may begin or end with a dash, which no boundary can tell from a sign around it.
        assert!(missed <= 24, "{name}: {missed} of 2400 missed");
    }
}
