use std::convert::Infallible;

use super::*;

/// A market in memory: `name@version -> needs`, and what is installed. Keys are places in the lists.
#[derive(Default)]
struct Shelf {
    names: Vec<&'static str>,
    versions: Vec<(usize, &'static str, &'static str)>,
    installed: Vec<(usize, i64)>,
}

impl Shelf {
    /// `offers` reads `a@1.0.0 -> b ^1, c *` on each line; `installed` reads `b@1.2.0 …`.
    fn new(offers: &'static str, installed: &'static str) -> Self {
        let mut shelf = Shelf::default();
        for line in offers.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (what, needs) = line.split_once("->").unwrap_or((line, ""));
            let (name, version) = what.trim().split_once('@').unwrap();
            let component = shelf.names.iter().position(|known| *known == name).unwrap_or_else(|| {
                shelf.names.push(name);
                shelf.names.len() - 1
            });
            shelf.versions.push((component, version, needs.trim()));
        }
        for what in installed.split_whitespace() {
            let (name, version) = what.split_once('@').unwrap();
            let component = shelf.component(name).unwrap() as usize;
            let key = shelf.versions.iter().position(|v| v.0 == component && v.1 == version).unwrap();
            shelf.installed.push((component, key as i64));
        }
        shelf
    }

    fn component(&self, name: &str) -> Option<i64> {
        self.names.iter().position(|known| *known == name).map(|at| at as i64)
    }

    fn name(name: &str) -> Name {
        Name { kind: Kind::Skill, slug: name.to_owned(), tenant: None }
    }

    fn pick(&self, key: i64) -> Pick {
        Pick { id: key, version: self.versions[key as usize].1.parse().unwrap() }
    }

    fn root(&self, what: &str) -> Root {
        let (name, version) = what.split_once('@').unwrap();
        let component = self.component(name).unwrap();
        let key = self.versions.iter().position(|v| v.0 as i64 == component && v.1 == version).unwrap();
        Root { component, name: Self::name(name), pick: self.pick(key as i64) }
    }
}

impl Market for Shelf {
    type Error = Infallible;

    fn node(&mut self, component: i64) -> Result<Rc<Node>, Infallible> {
        let mut offers: Vec<Pick> = (0..self.versions.len() as i64)
            .filter(|&key| self.versions[key as usize].0 as i64 == component)
            .map(|key| self.pick(key))
            .collect();
        offers.sort_by(|a, b| b.version.cmp(&a.version));
        let installed = self.installed.iter().find(|(at, _)| *at as i64 == component).map(|(_, key)| self.pick(*key));
        Ok(Rc::new(Node { name: Self::name(self.names[component as usize]), installed, offers }))
    }

    fn needs(&mut self, version: i64) -> Result<Rc<Vec<Need>>, Infallible> {
        let needs = self.versions[version as usize].2.split(';').map(str::trim).filter(|need| !need.is_empty());
        let needs = needs.map(|need| {
            let (name, range) = need.split_once(' ').unwrap();
            Need { target: self.component(name), name: Self::name(name), range: Range::new(range.to_owned()) }
        });
        Ok(Rc::new(needs.collect()))
    }
}

/// `b@1.2.0 c@2.0.0 | d ^1 not_available`
fn outcome(offers: &'static str, installed: &'static str, roots: &str) -> String {
    let mut shelf = Shelf::new(offers, installed);
    let roots: Vec<Root> = roots.split_whitespace().map(|root| shelf.root(root)).collect();
    let done = resolve(&mut shelf, &roots).unwrap();
    let added = done.added.iter().map(|added| format!("{}@{}", added.missing.id, added.pick.version));
    let unmet = done.unmet.iter().map(|unmet| {
        let installed = unmet.installed.as_ref().map(|version| format!(" has {version}")).unwrap_or_default();
        format!("{} {} {}{installed}", unmet.id, unmet.version, unmet.reason)
    });
    let (added, unmet): (Vec<_>, Vec<_>) = (added.collect(), unmet.collect());
    format!("{} | {}", added.join(" "), unmet.join("; ")).trim().to_owned()
}

#[test]
fn what_comes_along() {
    let table = [
        ("nothing is needed", "a@1.0.0", "", "a@1.0.0", "|"),
        ("the highest that will do", "a@1.0.0 -> b ^1\nb@1.0.0\nb@1.4.0\nb@2.0.0", "", "a@1.0.0", "b@1.4.0 |"),
        ("no pre-release unasked", "a@1.0.0 -> b *\nb@1.0.0\nb@1.1.0-beta", "", "a@1.0.0", "b@1.0.0 |"),
        ("one that is named", "a@1.0.0 -> b ^1.1.0-alpha\nb@1.0.0\nb@1.1.0-beta", "", "a@1.0.0", "b@1.1.0-beta |"),
        (
            "transitive",
            "a@1.0.0 -> b *\nb@1.0.0 -> c *\nc@1.0.0 -> d *\nd@1.0.0",
            "",
            "a@1.0.0",
            "b@1.0.0 c@1.0.0 d@1.0.0 |",
        ),
        ("a cycle", "a@1.0.0 -> b *\nb@1.0.0 -> a ^1", "", "a@1.0.0", "b@1.0.0 |"),
        (
            "a cycle that does not fit",
            "a@1.0.0 -> b *\nb@1.0.0 -> a ^2\na@2.0.0",
            "",
            "a@1.0.0",
            "b@1.0.0 | a ^2 version_conflict has 1.0.0",
        ),
        ("itself", "a@1.0.0 -> a ^1", "", "a@1.0.0", "|"),
        ("installed and fitting", "a@1.0.0 -> b ^1\nb@1.0.0\nb@1.4.0", "b@1.0.0", "a@1.0.0", "|"),
        (
            "installed, not fitting",
            "a@1.0.0 -> b ^2\nb@1.0.0\nb@2.0.0",
            "b@1.0.0",
            "a@1.0.0",
            "| b ^2 version_conflict has 1.0.0",
        ),
        ("what is installed is not looked into", "a@1.0.0 -> b ^1\nb@1.0.0 -> c *\nc@1.0.0", "b@1.0.0", "a@1.0.0", "|"),
        (
            "a diamond settles",
            "a@1.0.0 -> b *; c *\nb@1.0.0 -> d *\nc@1.0.0 -> d ^1\nd@1.0.0\nd@2.0.0",
            "",
            "a@1.0.0",
            "b@1.0.0 c@1.0.0 d@1.0.0 |",
        ),
        (
            "a diamond that cannot",
            "a@1.0.0 -> b *; c *\nb@1.0.0 -> d ^2\nc@1.0.0 -> d ^1\nd@1.0.0\nd@2.0.0",
            "",
            "a@1.0.0",
            "b@1.0.0 c@1.0.0 | d ^2, ^1 version_conflict",
        ),
        (
            "a lower choice needs less",
            "a@1.0.0 -> b *; c *\nc@1.0.0 -> b ^1\nb@2.0.0 -> e *\nb@1.0.0\ne@1.0.0",
            "",
            "a@1.0.0",
            "b@1.0.0 c@1.0.0 |",
        ),
        (
            "a choice that undoes its own reason",
            "a@1.0.0 -> b *\nb@2.0.0 -> c *\nc@1.0.0 -> b ^1\nb@1.0.0",
            "",
            "a@1.0.0",
            "b@1.0.0 |",
        ),
        ("nowhere", "a@1.0.0 -> gone ^1", "", "a@1.0.0", "| gone ^1 not_available"),
        ("no version of it", "a@1.0.0 -> b ^3\nb@1.0.0", "", "a@1.0.0", "| b ^3 not_available"),
        ("a range that cannot be read", "a@1.0.0 -> b ^^\nb@1.0.0", "", "a@1.0.0", "| b ^^ not_available"),
        ("two roots meet", "a@1.0.0 -> b ^1\nb@1.0.0", "", "a@1.0.0 b@1.0.0", "|"),
        ("two roots clash", "a@1.0.0 -> b ^1\nb@2.0.0", "", "a@1.0.0 b@2.0.0", "| b ^1 version_conflict has 2.0.0"),
    ];
    for (case, offers, installed, roots, expected) in table {
        let outcome = outcome(offers, installed, roots);
        assert_eq!(outcome, expected.trim(), "{case}");
    }
}

#[test]
fn a_crowd_is_cut_short() {
    struct Endless;
    impl Market for Endless {
        type Error = Infallible;

        fn node(&mut self, component: i64) -> Result<Rc<Node>, Infallible> {
            let offers = vec![Pick { id: component, version: Version::new(1, 0, 0) }];
            Ok(Rc::new(Node { name: Shelf::name("x"), installed: None, offers }))
        }

        fn needs(&mut self, version: i64) -> Result<Rc<Vec<Need>>, Infallible> {
            let need = |n| Need { target: Some(n), name: Shelf::name("x"), range: Range::new("*".to_owned()) };
            Ok(Rc::new((1..=100).map(|n| need(version * 100 + n)).collect()))
        }
    }
    let root = Root { component: 0, name: Shelf::name("x"), pick: Pick { id: 0, version: Version::new(1, 0, 0) } };
    let done = resolve(&mut Endless, &[root]).unwrap();
    assert!(done.too_many && done.added.len() <= COME_ALONG_MAX);
}
