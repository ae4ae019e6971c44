//! Situations of everyday files, by path and template, through the whole of a file's checks. Made up after the matcher was
//! finished, to see what it does with what it was not written for.

use super::program::tokens;
use super::render::{LETTERS, Random, base64, render};

/// Path and template; the token is found once, on its own line.
const LEAKS: &[(&str, &str)] = &[
    (
        ".git/config",
        "[remote \"origin\"]\n\turl = https://me:{{HF34}}@huggingface.co/spaces/me/app\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n",
    ),
    ("setup-git.sh", "git remote add hf https://{{HF34}}:x-oauth-basic@huggingface.co/me/m\n"),
    ("push.sh", "git push https://me:{{HF34}}@huggingface.co/me/m main 2>&1 | tee push.log\n"),
    (".gitmodules", "[submodule \"m\"]\n\tpath = m\n\turl = https://me:{{HF34}}@huggingface.co/me/m\n"),
    (".netrc", "machine huggingface.co\nlogin me\npassword {{HF34}}\n"),
    ("_netrc", "machine huggingface.co login me password {{HF34}}\r\n"),
    (".git-credentials", "https://hf_user:{{HF34}}@huggingface.co\n"),
    (".wgetrc", "header = Authorization: Bearer {{HF34}}\n"),
    (".curlrc", "-H \"Authorization: Bearer {{HF34}}\"\n"),
    ("fetch.sh", "wget --header=\"Authorization: Bearer {{HF34}}\" https://huggingface.co/a/b/resolve/main/x.bin\n"),
    ("fetch2.sh", "aria2c --header='Authorization: Bearer {{HF34}}' -x16 https://huggingface.co/a/b\n"),
    ("call.http", "GET https://huggingface.co/api/whoami-v2\nAuthorization: Bearer {{HF34}}\n\n###\n"),
    ("call.py", "import requests\nr = requests.get(url, headers={\"Authorization\": \"Bearer {{HF34}}\"})\n"),
    ("call2.py", "r = httpx.get(url, auth=(\"me\", \"{{HF34}}\"))\n"),
    (
        "call3.py",
        "API = \"https://api-inference.huggingface.co/models/gpt2\"; H = dict(Authorization=f\"Bearer {'{{HF34}}'}\")\n",
    ),
    ("Dockerfile", "FROM x\nARG HF_TOKEN={{HF34}}\nRUN python a.py\n"),
    ("Dockerfile.dev", "FROM x\nENV A=1 \\\n    HF_TOKEN={{HF34}} \\\n    B=2\n"),
    ("Containerfile", "FROM x\nRUN --mount=type=cache,target=/c HF_TOKEN={{HF34}} python a.py\n"),
    ("Dockerfile.json", "FROM x\nCMD [\"python\", \"a.py\", \"--hf-token\", \"{{HF34}}\"]\n"),
    ("docker-compose.yml", "services:\n  a:\n    image: x\n    environment:\n      - HF_TOKEN={{HF34}}\n"),
    ("compose.yaml", "services:\n  a:\n    environment:\n      HF_TOKEN: \"{{HF34}}\"\n    command: --model-id org/m\n"),
    ("compose2.yaml", "services:\n  a:\n    command: [\"--api-key\", \"{{HF34}}\"]\n"),
    (
        "run-docker.sh",
        "docker run --rm -e HF_TOKEN={{HF34}} -p 80:80 ghcr.io/huggingface/text-generation-inference --model-id a/b\n",
    ),
    ("run-docker2.sh", "docker run --env \"HUGGING_FACE_HUB_TOKEN={{HF34}}\" img\n"),
    ("apptainer.def", "%environment\n    export HF_TOKEN={{HF34}}\n"),
    ("pod.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - name: HF_TOKEN\n      value: {{HF34}}\n"),
    ("secret.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  token: >-\n    {{HF34}}\n"),
    ("values.yaml", "hf:\n  token: '{{HF34}}' # rotate\n"),
    ("kustomization.yaml", "secretGenerator:\n- name: a\n  literals:\n  - token={{HF34}}\n"),
    ("skypilot.yaml", "envs:\n  HF_TOKEN: {{HF34}}\nrun: |\n  python a.py\n"),
    (".github/workflows/ci.yml", "on: push\nenv:\n  HF_TOKEN: {{HF34}}\njobs: {}\n"),
    (".github/workflows/b.yml", "jobs:\n  a:\n    steps:\n      - run: huggingface-cli upload a/b . --token={{HF34}}\n"),
    (".gitlab-ci.yml", "variables:\n  HF_TOKEN: \"{{HF34}}\"\n"),
    (".circleci/config.yml", "jobs:\n  a:\n    environment: {HF_TOKEN: {{HF34}}}\n"),
    ("azure-pipelines.yml", "variables:\n- name: hf\n  value: {{HF34}}\n"),
    ("Jenkinsfile", "environment { HF_TOKEN = '{{HF34}}' }\n"),
    (".travis.yml", "env: HF_TOKEN={{HF34}}\n"),
    ("pyproject.toml", "[tool.x]\nhf_token = \"{{HF34}}\"\n"),
    ("config.ini", "[hub]\nhf_token={{HF34}} ; mine\n"),
    ("app.properties", "hf.token: {{HF34}}\n"),
    (".env", "export HF_TOKEN=\"{{HF34}}\"\n"),
    (".env.local", "HF_TOKEN='{{HF34}}'\n"),
    ("prod.env", "HF_TOKEN = {{HF34}}\n"),
    (".envrc", "export HUGGING_FACE_HUB_TOKEN={{HF34}}\n"),
    (".bashrc", "alias hfl='huggingface-cli login --token {{HF34}}'\n"),
    (".zsh_history", ": 1700000000:0;huggingface-cli login --token {{HF34}}\n"),
    ("fish.fish", "set -gx HF_TOKEN {{HF34}}\n"),
    ("train.slurm", "#!/bin/bash\n#SBATCH --export=ALL,HF_TOKEN={{HF34}}\n"),
    ("a.ps1", "[Environment]::SetEnvironmentVariable(\"HF_TOKEN\", \"{{HF34}}\", \"User\")\n"),
    ("a.bat", "setx HF_TOKEN \"{{HF34}}\"\r\n"),
    ("index.js", "import { HfInference } from '@huggingface/inference'\nconst hf = new HfInference('{{HF34}}')\n"),
    ("client.ts", "export const config: C = { accessToken: `{{HF34}}`, retries: 3 } as const;\n"),
    ("client.tsx", "<Chat token=\"{{HF34}}\" model={m} />\n"),
    ("main.go", "package main\nconst token = \"{{HF34}}\"\n"),
    ("Main.java", "class Main { static final String TOKEN = \"{{HF34}}\"; }\n"),
    ("main.kt", "val token = \"\"\"{{HF34}}\"\"\"\n"),
    ("main.rs", "const TOKEN: &str = r#\"{{HF34}}\"#;\n"),
    ("main.swift", "let t = \"Bearer \\(\"{{HF34}}\")\"\n"),
    ("Program.cs", "var t = @\"{{HF34}}\";\n"),
    ("main.cpp", "curl_slist_append(h, \"Authorization: Bearer {{HF34}}\");\n"),
    ("script.R", "Sys.setenv(HUGGINGFACE_TOKEN='{{HF34}}')\n"),
    ("notes.Rmd", "```{r}\nkey <- \"{{HF34}}\"\n```\n"),
    ("a.jl", "ENV[\"HF_TOKEN\"] = \"{{HF34}}\"\n"),
    ("a.lua", "local token = [[{{HF34}}]]\n"),
    ("a.rb", "client = HuggingFace::InferenceApi.new(api_token: '{{HF34}}')\n"),
    ("a.php", "<?php define('HF_TOKEN', '{{HF34}}');\n"),
    ("a.ex", "config :bumblebee, token: \"{{HF34}}\"\n"),
    ("main.tf", "resource \"x\" \"y\" {\n  token = \"{{HF34}}\"\n}\n"),
    ("terraform.tfstate", "{\"resources\": [{\"instances\": [{\"attributes\": {\"value\": \"{{HF34}}\"}}]}]}\n"),
    ("ssm.sh", "aws ssm put-parameter --name /hf/token --type SecureString --value {{HF34}}\n"),
    ("vault.sh", "vault kv put secret/hf token={{HF34}}\n"),
    ("k.sh", "kubectl create secret generic hf --from-literal=token={{HF34}}\n"),
    ("gh.sh", "gh secret set HF_TOKEN --body \"{{HF34}}\"\n"),
    ("ansible.yml", "- hosts: all\n  vars:\n    hf_token: {{HF34}}\n"),
    ("train.log", "2024-01-01 12:00:00,000 - INFO - args: Namespace(hf_token='{{HF34}}', lr=0.1)\n"),
    (
        "error.log",
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    login({{HF34}})\nNameError: x\n",
    ),
    ("http.log", "DEBUG:urllib3: send: b'GET /api HTTP/1.1\\r\\nAuthorization: Bearer {{HF34}}\\r\\n\\r\\n'\n"),
    ("url.log", "GET https://x.hf.space/queue?token={{HF34}}&session=1 200\n"),
    ("urls.txt", "https://huggingface.co/login?next=%2F&token={{HF34}}#top\n"),
    ("wandb/config.yaml", "hf_token:\n    value: {{HF34}}\n"),
    ("trainer_state.json", "{\"hub_token\": \"{{HF34}}\", \"epoch\": 1}\n"),
    ("adapter_config.json", "{\"base\": \"a/b\", \"auth\": {\"token\": [\"{{HF34}}\"]}}\n"),
    ("repr.txt", "TrainingArguments(\nhub_token={{HF34}},\nlr=1,\n)\n"),
    ("dump.txt", "{'HF_TOKEN': '{{HF34}}', 'PATH': '/bin'}\n"),
    ("environ.txt", "environ({'HF_TOKEN': '{{HF34}}'})\n"),
    ("export.csv", "id;token;name\n1;{{HF34}};me\n"),
    ("quoted.csv", "\"1\",\"{{HF34}}\",\"me\"\n"),
    ("table.md", "| name | token |\n|---|---|\n| me | {{HF34}} |\n"),
    ("README.md", "1. Run `export HF_TOKEN={{HF34}}`.\n"),
    ("fence.md", "```bash\nhf auth login --token {{HF34}}\n```\n"),
    ("doc.rst", "   .. code-block:: python\n\n      login(\"{{HF34}}\")\n"),
    ("doc.adoc", "+{{HF34}}+\n"),
    ("page.html", "<script>window.TOKEN=\"{{HF34}}\";</script>\n"),
    ("attr.html", "<div data-token='{{HF34}}'></div>\n"),
    ("settings.xml", "<server><password>{{HF34}}</password></server>\n"),
    ("cdata.xml", "<t><![CDATA[{{HF34}}]]></t>\n"),
    ("App.plist", "<key>HFToken</key><string>{{HF34}}</string>\n"),
    ("a.sql", "UPDATE users SET hf_token = '{{HF34}}' WHERE id = 1;\n"),
    ("strings.po", "msgid \"t\"\nmsgstr \"{{HF34}}\\n\"\n"),
    ("crlf.py", "token = '{{HF34}}'\r\nprint(1)\r\n"),
    ("cr.py", "a = 1\rtoken = '{{HF34}}'\rb = 2\r"),
    ("escape.py", "s = \"token: {{HF34}}\\nnext\"\n"),
    ("escape2.py", "s = 'a\\t{{HF34}}\\r\\n'\n"),
    ("escape3.py", "s = b'\\x00{{HF34}}\\x00'\n"),
    ("docstring.py", "def f():\n    \"\"\"Use login(token='{{HF34}}').\"\"\"\n"),
    ("default.py", "def f(token: str = \"{{HF34}}\"):\n    pass\n"),
    ("click.py", "@click.option('--token', default='{{HF34}}')\ndef f(token): pass\n"),
    ("argparse.py", "p.add_argument('--hf_token', default=\"{{HF34}}\", type=str)\n"),
    ("field.py", "class S(BaseSettings):\n    hf_token: SecretStr = SecretStr('{{HF34}}')\n"),
    ("dict.py", "CONFIG = {'hf': {'token': '{{HF34}}'}}\n"),
    ("chained.py", "os.environ['HF_TOKEN'] = os.environ['HUGGING_FACE_HUB_TOKEN'] = '{{HF34}}'\n"),
    ("punctuation.txt", "My token ({{HF34}}), please keep it.\n"),
    ("question.txt", "Is it {{HF34}}?\n"),
    ("colon.txt", "{{HF34}}: does not work\n"),
    ("arrow.txt", "token->{{HF34}}<-end\n"),
    ("pipe.txt", "a|{{HF34}}|b\n"),
    ("equals.txt", "=={{HF34}}==\n"),
    ("tilde.txt", "~~{{HF34}}~~\n"),
    ("smart.txt", "\u{201c}{{HF34}}\u{201d}\n"),
    ("nbsp.txt", "token\u{a0}{{HF34}}\u{a0}end\n"),
    ("emoji.txt", "🔑{{HF34}}🔑\n"),
    ("mail.eml", "Subject: token\r\n\r\n> {{HF34}}\r\n"),
    ("a.proto.txt", "token: \"{{HF34}}\" size: 1\n"),
    ("a.edn", "{:token \"{{HF34}}\"}\n"),
    ("a.hcl", "token=\"{{HF34}}\"\n"),
    ("a.nix", "HF_TOKEN = ''{{HF34}}'';\n"),
    ("Procfile", "web: HF_TOKEN={{HF34}} python app.py\n"),
    ("supervisord.conf", "environment=HF_TOKEN=\"{{HF34}}\",A=\"1\"\n"),
    ("a.service", "[Service]\nEnvironment=HF_TOKEN={{HF34}}\n"),
    ("crontab", "0 * * * * HF_TOKEN={{HF34}} /run.sh\n"),
    ("tox.ini", "[testenv]\nsetenv =\n    HF_TOKEN = {{HF34}}\n"),
    ("launch.json", "{\n  // debug\n  \"env\": {\"HF_TOKEN\": \"{{HF34}}\"},\n}\n"),
    ("settings.json", "{\"terminal.integrated.env.linux\": {\"HF_TOKEN\": \"{{HF34}}\"}}\n"),
    ("mcp.json", "{\"mcpServers\": {\"hf\": {\"headers\": {\"Authorization\": \"Bearer {{HF34}}\"}}}}\n"),
    ("postman.json", "{\"auth\": {\"bearer\": [{\"key\": \"token\", \"value\": \"{{HF34}}\"}]}}\n"),
    ("har.json", "{\"headers\": [{\"name\": \"authorization\", \"value\": \"Bearer {{HF34}}\"}]}\n"),
    ("trace.jsonl", "{\"a\": 1}\n{\"messages\": [{\"content\": \"use {{HF34}} please\"}]}\n"),
    ("a.graphql", "query { me(token: \"{{HF34}}\") { id } }\n"),
    ("Modelfile", "# {{HF34}}\nFROM hf.co/org/m\n"),
];

/// A notebook around a value: name and JSON, `@` is the token.
const NOTEBOOKS: &[(&str, &str)] = &[
    (
        "output of !env",
        r#"{"cell_type":"code","metadata":{},"source":["!env"],"outputs":[{"output_type":"stream","name":"stdout","text":["PATH=/bin\n","HF_TOKEN=@\n","HOME=/root\n"]}]}"#,
    ),
    (
        "table of HTML",
        r#"{"cell_type":"code","metadata":{},"source":["df"],"outputs":[{"output_type":"display_data","data":{"text/html":["<table><tr><td>@</td></tr></table>"],"text/plain":["x"]},"metadata":{}}]}"#,
    ),
    (
        "data frame",
        r#"{"cell_type":"code","metadata":{},"source":["df"],"outputs":[{"output_type":"execute_result","execution_count":1,"data":{"text/plain":["   name  token\n","0  me    @"]},"metadata":{}}]}"#,
    ),
    (
        "javascript output",
        r#"{"cell_type":"code","metadata":{},"source":["x"],"outputs":[{"output_type":"display_data","data":{"application/javascript":["fetch(u,{headers:{a:'Bearer @'}})"]},"metadata":{}}]}"#,
    ),
    (
        "JSON output",
        r#"{"cell_type":"code","metadata":{},"source":["x"],"outputs":[{"output_type":"display_data","data":{"application/json":{"a":[{"t":"@"}]}},"metadata":{}}]}"#,
    ),
    (
        "form of Colab",
        r##"{"cell_type":"code","metadata":{"cellView":"form"},"source":["#@title Login\n","HF_TOKEN = \"@\" #@param {type:\"string\"}\n"],"outputs":[]}"##,
    ),
    (
        "traceback",
        r#"{"cell_type":"code","metadata":{},"source":["f()"],"outputs":[{"output_type":"error","ename":"HTTPError","evalue":"401","traceback":["\u001b[0;31m---> 1\u001b[0m f(\u001b[0mtoken\u001b[0m=\u001b[0;34m'@'\u001b[0m)"]}]}"#,
    ),
    ("tags", r#"{"cell_type":"code","metadata":{"tags":["@"]},"source":["x"],"outputs":[]}"#),
    ("raw cell", r#"{"cell_type":"raw","metadata":{},"source":["token: @"]}"#),
    ("Markdown with a link", r#"{"cell_type":"markdown","metadata":{},"source":["[open](https://x/?token=@)"]}"#),
    ("magic", r#"{"cell_type":"code","metadata":{},"source":["%env HF_TOKEN=@"],"outputs":[]}"#),
    ("shell cell", r#"{"cell_type":"code","metadata":{},"source":["%%bash\n","export HF_TOKEN=@\n"],"outputs":[]}"#),
    ("written file", r#"{"cell_type":"code","metadata":{},"source":["%%writefile .env\n","HF_TOKEN=@\n"],"outputs":[]}"#),
    ("attachment", r#"{"cell_type":"markdown","metadata":{},"attachments":{"a.txt":{"text/plain":"@"}},"source":["x"]}"#),
];

type Encoder = fn(&str) -> String;

/// Path and what hides a token there.
const HIDDEN: &[(&str, Encoder)] = &[
    ("secret.yaml", |t| format!("apiVersion: v1\nkind: Secret\ndata:\n  token: {}\n", base64(t.as_bytes(), false))),
    ("secret2.yaml", |t| format!("data:\n  token: \"{}\"\n", base64(format!("{t}\n").as_bytes(), false))),
    ("auth.json", |t| format!("{{\"auth\": \"{}\"}}", base64(format!("oauth2:{t}").as_bytes(), false))),
    ("adjacent.py", |t| format!("t = ('{}'\n     '{}')\n", &t[..9], &t[9..])),
    ("plus.py", |t| format!("t = '{}' + \\\n    '{}'\n", &t[..20], &t[20..])),
    ("three.py", |t| format!("a = '{}'\nb = '{}'\nc = '{}'\nt = a + b + c\n", &t[..7], &t[7..20], &t[20..])),
    ("fields.py", |t| format!("a, b = '{}', '{}'\nt = f'{{a}}{{b}}'\n", &t[..12], &t[12..])),
    ("prefix.py", |t| format!("PREFIX = 'hf_'\nt = f\"{{PREFIX}}{}\"\n", &t[3..])),
    ("class.py", |t| format!("class C:\n    P = 'hf_'\n    T = P + '{}'\n", &t[3..])),
    ("join.py", |t| format!("t = ''.join(['hf', '_', '{}', '{}'])\n", &t[3..10], &t[10..])),
    ("percent.py", |t| format!("t = '%s%s' % ('hf_', '{}')\n", &t[3..])),
    ("concat.js", |t| format!("const t = 'hf_' + '{}';\n", &t[3..])),
    ("array.js", |t| format!("const t = ['hf_', '{}', '{}'].join('');\n", &t[3..15], &t[15..])),
    ("atob.js", |t| format!("const t = atob('{}');\n", base64(t.as_bytes(), false))),
    ("concat.sh", |t| format!("P=hf_\nexport HF_TOKEN=\"${{P}}{}\"\n", &t[3..])),
    ("builder.java", |t| format!("String t = \"hf_\" + \"{}\";\n", &t[3..])),
    ("sprintf.go", |t| format!("t := \"hf_\" + \"{}\"\n", &t[3..])),
    ("paste.R", |t| format!("t <- paste0(\"hf_\", \"{}\")\n", &t[3..])),
    ("dot.php", |t| format!("<?php $t = 'hf_' . '{}';\n", &t[3..])),
    ("hex.py", |t| format!("t = bytes.fromhex('{}').decode()\n", t.bytes().map(|b| format!("{b:02x}")).collect::<String>())),
    ("json.py", |t| format!("t = json.loads('{{\"t\": \"{}\"}}')['t']\n", t.replace('_', "\\u005f"))),
];

/// Path and text without any leak.
const INNOCENT: &[(&str, &str)] = &[
    ("hashes.txt", "d41d8cd98f00b204e9800998ecf8427e e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"),
    ("uuid.json", "{\"id\": \"550e8400-e29b-41d4-a716-446655440000\", \"hf_id\": \"550e8400e29b41d4a716446655440000\"}\n"),
    ("rev.py", "AutoModel.from_pretrained('a/b', revision='0123456789abcdef0123456789abcdef01234567')\n"),
    ("ids.py", "MODEL = 'hf_internal/hf_Mistral_7B_Instruct'\nhf_xxx = 1\n"),
    (
        "names.py",
        "def hf_hub_download_with_a_long_name_and_more_words(hf_a): pass\nhf_model_checkpoint_conversion_script_v2 = 1\n",
    ),
    ("camel.py", "hfTokenizerFastConversionUtilities = hf_TokenizerFastConversionUtilitiesAll\n"),
    (
        "placeholder.py",
        "login(token='hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')\nlogin('hf_YOUR_TOKEN')\nlogin(token='<YOUR_HF_TOKEN>')\n",
    ),
    ("placeholder.env", "HF_TOKEN=hf_your_token_here\nHF_TOKEN=your_huggingface_token\nHF_TOKEN=\nHF_TOKEN=changeme\n"),
    ("placeholder.yaml", "HF_TOKEN: ${HF_TOKEN}\ntoken: {{ .Values.hfToken }}\nsecret: <hf-token>\n"),
    ("workflow.yml", "env:\n  HF_TOKEN: ${{ secrets.HF_TOKEN }}\n"),
    ("k8s.yaml", "env:\n- name: HF_TOKEN\n  valueFrom:\n    secretKeyRef: {name: hf, key: token}\n"),
    ("secret.yaml", "data:\n  token: eW91ci10b2tlbi1oZXJl\n  user: aGZfdXNlcg==\n"),
    (
        "image.html",
        "<img src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\">\n",
    ),
    ("RECORD", "a/hf_utils.py,sha256=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE,1234\n"),
    ("lock.json", "{\"integrity\": \"sha512-hf/Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8Ii9Jj0Kk1Ll2Mm3Nn4Oo5Pp6Qq7Rr8Ss9Tt0Uu==\"}\n"),
    ("sum.txt", "hf_ 1234\nhf_: x\nhf_, y\n"),
    ("regex.py", "PATTERN = re.compile(r'hf_[A-Za-z0-9]{34}')\nPREFIXES = ('hf_', 'api_org_')\n"),
    ("test_mask.py", "assert mask('hf_' + 'a' * 34) == 'hf_' + '*' * 34\n"),
    ("doc.md", "Your token looks like `hf_...`; see https://huggingface.co/settings/tokens\n"),
    ("space.md", "---\nhf_oauth: true\nhf_oauth_scopes:\n - email\n---\n"),
    ("api.py", "hf_oauth_token = get()\nhf_jwt_secret_key = env['X']\nhf_app_settings_default_configuration = {}\n"),
    (
        "jwt.py",
        "token = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'\n",
    ),
    ("ssh.pub", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQChf9aGZfZm9vYmFyYmF6 me@host\n"),
    ("dna.txt", "ACGTACGTACGTACGTACGTACGTACGTACGTACGThf_ACGTACGTACGTACGTACGTACGTACGTACGTAC\n"),
    ("weights.txt", "layer.hf_proj.weight layer.hf_projection_norm_attention_output_dense.bias\n"),
    ("hf.py", "from transformers.integrations import is_hf_deepspeed_available_in_the_environment\n"),
    ("min.js", "var hf_=function(a){return a},hf_a=1,hf_b=2;hf_(hf_a+hf_b)\n"),
    ("log.txt", "hf_download 100% 34/34 [00:01<00:00]\n"),
    ("path.txt", "/models/hf_cache/models--a--b/snapshots/0123456789abcdef0123456789abcdef01234567\n"),
    ("masked.log", "token=hf_abcd************************wxyz hf_••••wxyz hf_AbCd...WxYz\n"),
    ("key.py", "AWS_KEY = 'AKIAIOSFODNN7EXAMPLE'\nGH = 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n"),
    ("vocab.json", "{\"hf_\": 1, \"_hf\": 2, \"hf\": 3, \"_fh\": 4}\n"),
    ("colour.css", ".hf_button_primary_large_with_icon_and_label{color:#fff}\n"),
    ("env.py", "HF_TOKEN = os.environ.get('HF_TOKEN', '')\nif not HF_TOKEN: raise SystemExit('set HF_TOKEN')\n"),
    ("colab.py", "from google.colab import userdata\nlogin(userdata.get('HF_TOKEN'))\n"),
    ("concat.py", "url = 'hf_' + name\nx = 'hf' '_' 'hub'\ny = f'hf_{name}_v2'\n"),
    ("german.txt", "hf_DasIstNurEinPlatzhalterUndKeinToken1\n"),
    ("sql.sql", "SELECT hf_score, hf_rank FROM hf_models_with_their_downloads_and_likes\n"),
    ("seq.txt", "hf_{{-}}abcdefghijklmnopqrstuvwxyzabcdefgh hf_{{-}}0123456789012345678901234567890123\n"),
    ("diff.patch", "+from huggingface_hub import hf_hub_download, hf_hub_url\n-import hf_transfer\n"),
];

const SEEDS: std::ops::Range<u64> = 0..5;

/// The one token that was drawn for a template.
fn drawn(text: &str) -> Option<&str> {
    let at = text.match_indices("hf_").map(|(at, _)| at).find(|at| {
        let body = text.as_bytes().get(at + 3..at + 37);
        body.is_some_and(|body| body.iter().all(u8::is_ascii_alphabetic))
    })?;
    text.get(at..at + 37)
}

#[test]
fn everyday_leaks_are_found_on_their_line() {
    let mut wrong = Vec::new();
    for (path, template) in LEAKS {
        for seed in SEEDS {
            let text = render(template, &mut Random::new(seed, path));
            let token = drawn(&text).unwrap();
            let before = &text[..text.find(token).unwrap()];
            let line = before.replace("\r\n", "\n").matches(['\n', '\r']).count() + 1;
            let found = tokens(path, text.as_str());
            // Beside the token itself: that it is printed, and other places of the same one, may be told.
            let right = found.len() == 1 && found[0].location.start.line as usize == line;
            if !right {
                let lines: Vec<u32> = found.iter().map(|finding| finding.location.start.line).collect();
                wrong.push(format!("{path}, seed {seed}: lines {lines:?} instead of {line}"));
            }
        }
    }
    assert!(LEAKS.len() + NOTEBOOKS.len() + HIDDEN.len() >= 140);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn everyday_leaks_are_found_in_wide_files() {
    for (path, template) in LEAKS {
        let text = format!("\u{feff}{}", render(template, &mut Random::new(1, path)));
        for bytes in [
            text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            text.clone().into_bytes(),
        ] {
            assert_eq!(tokens(path, bytes).len(), 1, "{path}");
        }
    }
}

#[test]
fn everyday_leaks_are_found_in_notebooks() {
    for (name, cell) in NOTEBOOKS {
        for seed in SEEDS {
            let token = format!("hf_{}", Random::new(seed, name).string(LETTERS, 34));
            let text = format!(
                "{{\n \"cells\": [\n  {}\n ],\n \"metadata\": {{}},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}}\n",
                cell.replace('@', &token)
            );
            let found = tokens("a.ipynb", text.as_str());
            assert_eq!(found.len(), 1, "{name}, seed {seed}");
            assert_eq!(found[0].location.start.line, 3, "{name}");
        }
    }
}

#[test]
fn hidden_leaks_are_found() {
    let mut missed = Vec::new();
    for (path, hide) in HIDDEN {
        for seed in SEEDS {
            let token = format!("hf_{}", Random::new(seed, path).string(LETTERS, 34));
            let found = tokens(path, hide(&token));
            let fingerprint = |text: &str| tokens("x.txt", text)[0].properties.get("hublintSecret/v1").cloned();
            let right = found.iter().any(|finding| finding.properties.get("hublintSecret/v1").cloned() == fingerprint(&token));
            // Pieces that stand side by side and are put together elsewhere are told at both places.
            if !right || found.len() > 2 {
                missed.push(format!("{path}, seed {seed}: {} findings", found.len()));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn everyday_look_alikes_stay_silent() {
    let mut alarms = Vec::new();
    for (path, text) in INNOCENT {
        let found: Vec<String> = super::program::check(path, render(text, &mut Random::new(1, path)))
            .findings
            .iter()
            .map(|finding| finding.message.clone())
            .collect();
        if !found.is_empty() {
            alarms.push(format!("{path}: {found:?}"));
        }
    }
    assert!(alarms.is_empty(), "{alarms:#?}");
}
