# Runs Ansible modules: one fork of this process for each call, so that no state of one call reaches the next. Requests
# and replies are JSON, one line each. The common module_utils are imported once, before the first fork.
import base64
import json
import os
import signal
import sys
import traceback

PRELOAD = ("ansible.module_utils.basic", "ansible.module_utils.common.text.converters",
           "ansible.module_utils._internal._ansiballz._loader", "subprocess", "tempfile", "shutil", "platform", "stat",
           "ansible.module_utils._internal._json._profiles._module_legacy_c2m",
           "ansible.module_utils._internal._json._profiles._module_legacy_m2c",
           "ansible.module_utils.common.validation", "datetime", "runpy", "locale")


def preload(base):
    sys.path.insert(0, base)
    for name in PRELOAD:
        try:
            __import__(name)
        except ImportError:
            pass  # older versions of ansible-core lack some of them; the module imports what it needs itself


def extend(base, payload):
    """Lets the packages that came from the common archive find the module's own files, too."""
    sys.path.insert(0, payload)
    for module in list(sys.modules.values()):
        path = getattr(module, "__path__", None)
        if not isinstance(path, list):
            continue
        for entry in list(path):
            if entry.startswith(base):
                path.append(payload + entry[len(base):])
    import importlib
    importlib.invalidate_caches()


made = []  # files of a call that are removed at its end


def respawnable(base, payload):
    """A module that starts itself again under another interpreter takes one archive along: make it when that happens."""
    try:
        from ansible.module_utils._internal._ansiballz import _respawn
    except ImportError:
        return
    own = _respawn.create_payload

    def create_payload():
        import tempfile
        import zipfile
        handle, path = tempfile.mkstemp(suffix=".zip")
        made.append(path)
        with os.fdopen(handle, "wb") as f, zipfile.ZipFile(f, "w") as out:
            for archive in (base, payload):
                with zipfile.ZipFile(archive) as z:
                    for name in z.namelist():
                        out.writestr(name, z.read(name))
        sys.modules["__main__"]._modlib_path = path
        return own()

    _respawn.create_payload = create_payload


def remote_tmp(params):
    """Make remote_tmp as the controller of ansible-core does: a module that has to make it warns of it."""
    try:
        args = json.loads(params).get("ANSIBLE_MODULE_ARGS") or {}
        if args.get("_ansible_tmpdir") is None and args.get("_ansible_remote_tmp"):
            before = os.umask(0o077)  # for the folders above it, too
            try:
                os.makedirs(os.path.expanduser(os.path.expandvars(args["_ansible_remote_tmp"])), exist_ok=True)
            finally:
                os.umask(before)
    except (OSError, ValueError, AttributeError, TypeError):
        pass  # the module says what is wrong with it


def run(request):
    base, payload, fqn = request["base"], request["payload"], request["fqn"]
    extend(base, payload)
    params = request["params"].encode("utf-8", "surrogatepass")
    os.environ.update(request.get("env") or {})
    if request.get("cwd"):
        os.chdir(request["cwd"])
    if request.get("files"):
        import resource
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = request["files"] if hard == resource.RLIM_INFINITY else min(hard, request["files"])
        if wanted != soft:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            except ValueError:
                pass
    sys.argv = [fqn]
    remote_tmp(params)
    from ansible.module_utils import basic
    try:
        from ansible.module_utils._internal._ansiballz import _loader
    except ImportError:
        import runpy
        basic._ANSIBLE_ARGS = params
        runpy.run_module(mod_name=fqn, init_globals=dict(_module_fqn=fqn, _modlib_path=payload), run_name="__main__", alter_sys=True)
        return
    respawnable(base, payload)
    _loader.run_module(json_params=params, profile=request.get("profile") or "legacy", module_fqn=fqn, modlib_path=payload, extensions={})


def child(request, out, err):
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    for fd in (null, out, err):
        if fd > 2:
            os.close(fd)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 1
    try:
        run(request)
        code = 0
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else (0 if e.code is None else 1)
        if code == 1 and isinstance(e.code, str):
            sys.stderr.write(e.code + "\n")
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            for path in made:
                try:
                    os.unlink(path)
                except OSError:
                    pass
            os._exit(code & 255)


def serve(base):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    preload(base)
    import selectors
    for line in requests:
        request = json.loads(line)
        out_r, out_w = os.pipe()
        err_r, err_w = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(out_r)
            os.close(err_r)
            requests.close()
            replies.close()
            child(request, out_w, err_w)
        os.close(out_w)
        os.close(err_w)
        replies.write(b'{"pid":%d}\n' % pid)
        replies.flush()
        parts = {out_r: [], err_r: []}
        with selectors.DefaultSelector() as wait:
            wait.register(out_r, selectors.EVENT_READ)
            wait.register(err_r, selectors.EVENT_READ)
            # nothing is asked before the answer: what can be read here is the end, because the one who asks is gone
            wait.register(requests, selectors.EVENT_READ)
            # a daemon that the module leaves behind may keep the pipes open: the end of the module ends the reading
            status = None
            while out_r in wait.get_map() or err_r in wait.get_map():
                ready = wait.select(0.05)
                for key, _ in ready:
                    if key.fileobj is requests:
                        try:
                            os.killpg(pid, signal.SIGKILL)
                        except OSError:
                            pass  # it has not made its session yet
                        os.kill(pid, signal.SIGKILL)
                        os._exit(1)
                    data = os.read(key.fd, 65536)
                    if data:
                        parts[key.fd].append(data)
                    else:
                        wait.unregister(key.fd)
                if status is None:
                    done, code = os.waitpid(pid, os.WNOHANG)
                    if done:
                        status = code
                elif not ready:
                    break
            if status is None:
                status = os.waitpid(pid, 0)[1]
        os.close(out_r)
        os.close(err_r)
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        replies.write(json.dumps(dict(
            rc=code,
            stdout=base64.b64encode(b"".join(parts[out_r])).decode(),
            stderr=base64.b64encode(b"".join(parts[err_r])).decode())).encode() + b"\n")
        replies.flush()


serve(sys.argv[1])
