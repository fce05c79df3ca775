# Reads the lists of image/, which the other builder reads, too. What they give is assigned with `:=`, so that tasks run again when it changes.

# The words of a list without remarks; one that starts with STAGE gives the rest of its line.
def pumice_listed(d, name, stage=None):
    path = os.path.join(d.getVar("PUMICE_ROOT"), "image", name)
    # A recipe that has read the list is parsed again when the list changes.
    bb.parse.mark_dependency(d, path)
    words = []
    with open(path) as lines:
        for line in lines:
            found = line.split("#", 1)[0].split()
            if stage is None:
                words += found
            elif found[:1] == [stage]:
                words += found[1:]
    return words


# Packages of the kernel's modules that are needed in a stage. One that there is no package for is built in, or is another board's.
def pumice_modules(d, stage):
    names = pumice_listed(d, "modules", stage)
    return " ".join(sorted({"kernel-module-" + name.replace("_", "-").lower() for name in names}))


# The kernel's command line; a board may have another console.
def pumice_command_line(d):
    words = pumice_listed(d, "cmdline")
    console = (d.getVar("PUMICE_CONSOLE") or "").split()
    if console:
        words = console + [word for word in words if not word.startswith("console=")]
    return " ".join(words)


# Our units that the preset switches on.
def pumice_enabled_units(d):
    units = pumice_listed(d, "rootfs/usr/lib/systemd/system-preset/00-pumice.preset", "enable")
    return " ".join(unit for unit in units if unit.startswith("pumice"))
