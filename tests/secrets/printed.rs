//! A token that code prints or logs, and what only looks so. `>` marks the lines that must be found, and no others.

use super::program::{notebook, tokens};

/// Python: name and code.
const PYTHON: &[(&str, &str)] = &[
    ("environment item", "import os\n>print(os.environ[\"HF_TOKEN\"])\n"),
    ("environment get", "import os\n>print(os.environ.get('HUGGING_FACE_HUB_TOKEN'))\n"),
    ("getenv", "from os import getenv\n>print(getenv('HF_TOKEN', ''))\n"),
    ("name of a constant", "import os\nNAME = 'HF_TOKEN'\n>print(os.environ[NAME])\n"),
    ("variable", "import os\ntoken = os.environ['HF_TOKEN']\n>print(token)\n"),
    ("f-string", "import os\nhf_token = os.getenv(\"HF_TOKEN\")\n>print(f\"token is {hf_token}\")\n"),
    ("f-string with equals", "import os\nhf_token = os.getenv(\"HF_TOKEN\")\n>print(f\"{hf_token=}\")\n"),
    ("f-string with conversion", "import os\nhf_token = os.getenv(\"HF_TOKEN\")\n>print(f\"{hf_token!r}\")\n"),
    ("f-string with width", "import os\nhf_token = os.getenv(\"HF_TOKEN\")\n>print(f\"{hf_token:>40}\")\n"),
    (
        "cut by a format",
        "import os\nhf_token = os.getenv(\"HF_TOKEN\")\n>print(f\"{hf_token:.12}\")\nprint(f\"{hf_token:.5}\")\n",
    ),
    ("concatenation", "import os\nt = os.environ['HF_TOKEN']\n>print('token: ' + t)\n"),
    ("percent", "import os\nt = os.environ['HF_TOKEN']\n>print('token: %s' % t)\n"),
    ("format", "import os\nt = os.environ['HF_TOKEN']\n>print('token: {}'.format(t))\n"),
    ("format by name", "import os\nt = os.environ['HF_TOKEN']\n>print('token: {t}'.format(t=t))\n"),
    (
        "beginning",
        "import os\nt = os.environ['HF_TOKEN']\n>print(t[:8])\n>print(t[0:16], '...')\nprint(t[:7])\nprint(t[-4:])\n>print(t[-8:])\n>print(t[::-1])\n",
    ),
    (
        "logger",
        "import logging, os\nlogger = logging.getLogger(__name__)\nt = os.environ['HF_TOKEN']\n>logger.info(t)\n>logger.debug('token %s', t)\n>logging.warning(f'{t}')\nlogger.info('x', extra={'t': t})\n",
    ),
    (
        "logger of self",
        "import os\nclass A:\n    def f(self):\n        t = os.environ['HF_TOKEN']\n        >self.logger.error('bad token: %s', t)\n",
    ),
    ("loguru", "import os\nfrom loguru import logger\nt = os.environ['HF_TOKEN']\n>logger.success('{t}', t=t)\n"),
    (
        "standard output",
        "import os, sys\nt = os.environ['HF_TOKEN']\n>sys.stdout.write(t + '\\n')\n>print(t, file=sys.stderr)\nprint(t, file=open('x', 'w'))\nopen('f', 'w').write(t)\n",
    ),
    (
        "pretty printers",
        "import os\nfrom pprint import pprint\nimport click\nfrom rich import print as rprint\nt = os.environ['HF_TOKEN']\n>pprint({'token': t})\n>click.echo(t)\n>rprint(t)\n",
    ),
    ("print of an accelerator", "import os\nt = os.environ['HF_TOKEN']\n>accelerator.print(t)\n>print_rank_0(t)\n"),
    ("get_token", "from huggingface_hub import get_token\n>print(get_token())\n"),
    ("get_token of a module", "import huggingface_hub\n>print(huggingface_hub.get_token())\n"),
    ("HfFolder", "from huggingface_hub import HfFolder\n>print(HfFolder.get_token())\n>print(HfFolder().get_token())\n"),
    (
        "HfFolder through a variable",
        "from huggingface_hub import HfFolder\ntoken = HfFolder.get_token()\n>print('token', token)\n",
    ),
    ("Colab", "from google.colab import userdata\n>print(userdata.get('HF_TOKEN'))\nhf = userdata.get('HF_TOKEN')\n>print(hf)\n"),
    (
        "Kaggle",
        "from kaggle_secrets import UserSecretsClient\nsecret = UserSecretsClient().get_secret('HF_TOKEN')\n>print(secret)\n",
    ),
    ("Streamlit", "import streamlit as st\n>st.write(st.secrets['HF_TOKEN'])\n"),
    ("dotenv", "from dotenv import dotenv_values\nconfig = dotenv_values('.env')\n>print(config['HF_TOKEN'])\n"),
    (
        "getpass with a prompt",
        "from getpass import getpass\nfrom huggingface_hub import login\nt = getpass('Hugging Face token: ')\n>print(t)\nos.environ['HF_TOKEN'] = t\n",
    ),
    (
        "getpass with a name",
        "from getpass import getpass\nfrom huggingface_hub import login\nhf_token = getpass()\n>print(hf_token)\nlogin(x)\n",
    ),
    ("handed to login", "from huggingface_hub import login\nkey = read_key()\nlogin(token=key)\n>print(key)\n"),
    ("handed to login later", "from huggingface_hub import login\nkey = read_key()\n>print(key)\nlogin(key)\n"),
    (
        "handed to from_pretrained",
        "from transformers import AutoModel\ndef load(auth):\n    >print('using', auth)\n    return AutoModel.from_pretrained('a/b', token=auth)\n",
    ),
    (
        "attribute handed over",
        "from huggingface_hub import HfApi\nargs = parse()\napi = HfApi(token=args.auth)\n>print(args.auth)\nprint(args.other)\n",
    ),
    (
        "attribute of self",
        "from huggingface_hub import HfApi\nclass A:\n    def f(self):\n        HfApi(token=self.auth)\n        >print(self.auth)\nclass B:\n    def f(self):\n        print(self.auth)\n",
    ),
    (
        "option with a name",
        "import argparse\nfrom huggingface_hub import login\nargs = argparse.ArgumentParser().parse_args()\n>print(args.hf_token)\n",
    ),
    ("walrus", "import os\nif (t := os.environ.get('HF_TOKEN')):\n    >print(t)\n"),
    (
        "conditional",
        "import os\nt = os.environ.get('HF_TOKEN')\n>print(t if t else 'none')\nprint('set' if t else 'none')\n>print(t or 'none')\nprint(t and '***')\n",
    ),
    (
        "header",
        "import os\nt = os.environ['HF_TOKEN']\nheaders = {'Authorization': f'Bearer {t}'}\n>print(headers)\n>print(headers['Authorization'])\nprint(headers.keys())\n",
    ),
    ("JSON", "import json, os\nt = os.environ['HF_TOKEN']\n>print(json.dumps({'token': t}))\n"),
    ("base64", "import base64, os\nt = os.environ['HF_TOKEN']\n>print(base64.b64encode(t.encode()))\n"),
    ("tuple", "import os\na, t = 1, os.environ['HF_TOKEN']\n>print(t)\nprint(a)\n"),
    ("default of a parameter", "import os\ndef f(t=os.environ['HF_TOKEN']):\n    >print(t)\n"),
    ("grown", "import os\nm = 'token: '\nm += os.environ['HF_TOKEN']\n>print(m)\n"),
    (
        "environment",
        "import os\nfrom huggingface_hub import login\n>print(os.environ)\n>print(dict(os.environ))\n>print(os.environ.copy())\n",
    ),
    (
        "environment with a token",
        "import os\nfrom os import environ\nos.environ['HF_TOKEN'] = read()\n>print(environ)\nprint(os.environ['PATH'], os.environ.get('CUDA_VISIBLE_DEVICES'))\n",
    ),
    (
        "copy of the environment",
        "import os\nfrom huggingface_hub import login\nenv = os.environ.copy()\nenv['A'] = '1'\n>print(env)\nprint(env['A'])\n",
    ),
    ("spread environment", "import os\nfrom huggingface_hub import login\n>print({**os.environ, 'A': 1})\n"),
    (
        "loop over the environment",
        "import os\nfrom huggingface_hub import login\nfor k, v in os.environ.items():\n    >print(k, v)\n    print(k)\nfor k in os.environ:\n    >print(k, os.environ[k])\n    print(k)\n",
    ),
    (
        "joined environment",
        "import os\nfrom huggingface_hub import login\n>print('\\n'.join(f'{k}={v}' for k, v in sorted(os.environ.items())))\nprint(' '.join(k for k, v in os.environ.items()))\n",
    ),
    (
        "filtered environment",
        "import os\nfrom huggingface_hub import login\nfor k, v in os.environ.items():\n    if k.startswith('SLURM'):\n        print(k, v)\nprint({k: v for k, v in os.environ.items() if 'CUDA' in k})\n",
    ),
    ("environment without the Hub", "import os\nprint(os.environ)\nprint(dict(os.environ))\n"),
    // Nothing is shown.
    (
        "masked",
        "import os\nt = os.environ['HF_TOKEN']\nprint('***', len(t), bool(t), t is not None, t == '', not t, 'hf_' in t, type(t))\nprint(mask(t), hash(t), t.startswith('hf_'))\nprint(f\"{'set' if t else 'missing'}\")\n",
    ),
    ("masked before", "import os\nt = os.environ['HF_TOKEN']\nt = '***'\nprint(t)\n"),
    ("replaced", "import os\nt = os.environ['HF_TOKEN']\nprint('a text'.replace(t, '***'))\nprint(t[:3] + '*' * 20 + t[-4:])\n"),
    (
        "membership",
        "import os\nprint('HF_TOKEN' in os.environ, 'HF_TOKEN')\nprint('set HF_TOKEN first')\nprint(\"export HF_TOKEN=...\")\n",
    ),
    (
        "other variables",
        "import os\nfrom transformers import AutoModel\nprint(os.environ['HOME'], os.environ.get('HF_HOME'), os.getenv('WANDB_PROJECT'))\n",
    ),
    (
        "words of a text",
        "from transformers import AutoTokenizer\ntokenizer = AutoTokenizer.from_pretrained('a/b', token=True)\ntokens = tokenizer.tokenize('a text')\nfor token in tokens:\n    print(token)\nprint(tokens, tokenizer.eos_token, tokenizer.pad_token)\ntoken = tokens[0]\nlogger.info(token)\n",
    ),
    (
        "words and a token",
        "import os\nfrom huggingface_hub import login\nlogin(token=os.environ['HF_TOKEN'])\nfor token in 'a b'.split():\n    print(token)\n",
    ),
    (
        "same name elsewhere",
        "from huggingface_hub import login\ndef a(token):\n    login(token=token)\ndef b(token):\n    print(token)\n",
    ),
    (
        "words with the name of a library",
        "for hf_token, own_token in zip(hf_tokens, own_tokens):\n    print(hf_token, own_token)\ndef f(hf_token):\n    print(hf_token)\n",
    ),
    (
        "switch",
        "from transformers import AutoModel\ndef f(use_auth_token=False):\n    print(use_auth_token)\n    AutoModel.from_pretrained('a/b', token=use_auth_token)\n",
    ),
    ("placeholder", "from huggingface_hub import login\ntoken = 'your token'\nlogin(token)\nprint(token)\n"),
    ("none", "from huggingface_hub import login\ntoken = None\nlogin(token)\nprint(token)\n"),
    ("other secrets", "import os\nprint(os.environ['OPENAI_API_KEY'])\n"),
    ("entry of a dict", "import os\nd = {'hf_token': bool(os.environ['HF_TOKEN'])}\nprint(d['hf_token'], d)\n"),
    ("ids", "print(model.config.pad_token_id, hf_tokenizer, hf_tokens, self.hf_token_ids)\n"),
    (
        "result of a call",
        "import os\nt = os.environ['HF_TOKEN']\nprint(client.whoami(t), download(token=t))\nlogger.info('logged in as %s', whoami(token=t))\n",
    ),
    // In two pieces, so that nothing is ignored in this file.
    ("ignored", concat!("import os\nprint(os.environ['HF_TOKEN'])  # hub", "lint: ignore[leaked-token] a dummy\n")),
];

/// Other languages: path and text.
const OTHERS: &[(&str, &str)] = &[
    (
        "run.sh",
        "#!/bin/bash\nexport HF_TOKEN=$1\n>echo $HF_TOKEN\n>echo \"Token: ${HF_TOKEN}\"\necho \"set: ${HF_TOKEN:+yes}\"\nhuggingface-cli login --token $HF_TOKEN\necho $HF_TOKEN > ~/.cache/huggingface/token\necho $HF_TOKEN | huggingface-cli login\n>env\n",
    ),
    ("trace.sh", "set -x\n>hf auth login --token \"$HF_TOKEN\"\nset +x\nhf auth login --token \"$HF_TOKEN\"\n"),
    (
        "Dockerfile",
        "FROM python:3.12\nARG HF_TOKEN\n>RUN echo $HF_TOKEN && pip install x\nRUN echo $HF_TOKEN > /root/.cache/huggingface/token\nRUN hf auth login --token $HF_TOKEN\n>RUN printenv\n",
    ),
    (
        ".github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env:\n      HF_TOKEN: ${{ secrets.HF_TOKEN }}\n    steps:\n      - run: |\n          env\n          >echo $HF_TOKEN | base64\n          echo \"HF_TOKEN=$HF_TOKEN\" >> $GITHUB_ENV\n          echo \"::add-mask::$HF_TOKEN\"\n      >- run: echo ${{ secrets.HF_TOKEN }}\n",
    ),
    (".gitlab-ci.yml", "a:\n  script:\n    >- echo $HF_TOKEN\n    >- env\n    - hf auth login --token $HF_TOKEN\n"),
    ("Makefile", "login:\n\thf auth login --token $$HF_TOKEN\n"),
];

/// The text without marks, and the lines that had one.
fn marked(text: &str) -> (String, Vec<u32>) {
    let mut lines = Vec::new();
    let mut plain = String::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let body = line.trim_start();
        if let Some(rest) = body.strip_prefix('>') {
            lines.push(u32::try_from(index).unwrap() + 1);
            plain.push_str(&line[..line.len() - body.len()]);
            plain.push_str(rest);
        } else {
            plain.push_str(line);
        }
    }
    (plain, lines)
}

fn lines(path: &str, text: &str) -> Vec<u32> {
    let mut found: Vec<u32> = tokens(path, text).iter().map(|finding| finding.location.start.line).collect();
    found.dedup();
    found
}

#[test]
fn printed_tokens_are_found_in_python() {
    let mut wrong = Vec::new();
    for (name, text) in PYTHON {
        let (text, want) = marked(text);
        let found = lines("src/a.py", &text);
        if found != want {
            wrong.push(format!("{name}: {found:?} instead of {want:?}"));
        }
        // The same in a notebook: what stands in one cell or in several makes no difference.
        let cell = notebook(&[&text]);
        if tokens("a.ipynb", cell).is_empty() != want.is_empty() {
            wrong.push(format!("{name}: differs in a notebook"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn printed_tokens_are_found_elsewhere() {
    let mut wrong = Vec::new();
    for (path, text) in OTHERS {
        let (text, want) = marked(text);
        let found = lines(path, &text);
        if found != want {
            wrong.push(format!("{path}: {found:?} instead of {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn cells_show_their_last_expression() {
    let found = |cells: &[&str]| tokens("a.ipynb", notebook(cells)).len();
    for cells in [
        &["import os\nos.environ['HF_TOKEN']"][..],
        &["import os\nhf_token = os.environ['HF_TOKEN']", "hf_token"],
        &["from huggingface_hub import get_token", "get_token()"],
        &["from google.colab import userdata\nuserdata.get('HF_TOKEN')"],
        &["import os\nfrom huggingface_hub import login", "os.environ"],
        &["import os\nos.environ['HF_TOKEN'] = ask()", "!echo $HF_TOKEN"],
        &["import os\nos.environ['HF_TOKEN'] = ask()", "!env"],
        &["hf_token = ask()\nimport os\nos.environ['HF_TOKEN'] = hf_token", "!echo {hf_token}"],
        &["%env HF_TOKEN"],
        &["%%bash\necho $HF_TOKEN"],
        &["from huggingface_hub import login\nlogin(token=key)", "key = open('k').read()", "print(key)"],
    ] {
        assert_eq!(found(cells), 1, "{cells:?}");
    }
    for cells in [
        &["import os\nos.environ['HF_TOKEN'];"][..],
        &["import os\nhf_token = os.environ['HF_TOKEN']", "len(hf_token)"],
        &["import os\nos.environ['HF_TOKEN'] = ask()"],
        &["from huggingface_hub import login\nlogin()"],
        &["import os\nos.environ['HF_TOKEN'] = ask()", "!echo $HOME", "!huggingface-cli login --token $HF_TOKEN"],
        &["tokens = tokenizer.tokenize('a')\ntokens", "token = tokens[0]\ntoken"],
        &["os.environ['HF_HOME']"],
        &["'HF_TOKEN' in os.environ"],
    ] {
        assert_eq!(found(cells), 0, "{cells:?}");
    }
}

#[test]
fn messages_say_how_much_is_shown() {
    let message = |code: &str| tokens("a.py", format!("import os\nt = os.environ['HF_TOKEN']\n{code}\n"))[0].message.clone();
    assert!(message("print(t)").starts_with("a Hub token is printed"));
    assert!(message("print(t[:10])").starts_with("the first 10 characters of a Hub token"));
    assert!(message("print(t[5:30])").starts_with("a part of a Hub token"));
    assert!(message("print(os.environ)").starts_with("the whole environment is printed"));
}
