//! Deals groups of subjects that must stay together to the parts of a split.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Random draws before the search begins.
const DRAWS: usize = 1000;

/// Draws without a fault, of which the one whose class shares are closest to the wanted ones is taken. Few, so that
/// another seed gives another split even of a handful of groups.
const CANDIDATES: usize = 5;

/// Assignments that the search tries.
pub(super) const TRIES: usize = 100_000;

/// Groups to be dealt.
///
/// A deal is without a fault if every class is in two parts at least, so that none lacks it where the others train,
/// every part has a subject of every stage, and the part of calibration, if there is one, a subject of every class.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    /// Subjects of each class, `[groups][classes]`.
    pub(super) counts: Vec<Vec<usize>>,
    /// The classes of each stage, `[stages][classes]`; one stage of all classes if there are no others.
    pub(super) stages: Vec<Vec<bool>>,
}

/// What the groups are dealt to.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// The part of each group in a random draw, by its index in a random order.
    pub(super) draw: Vec<usize>,
    /// Maximal number of groups of each part.
    pub(super) capacities: Vec<usize>,
    /// Parts, and the share of every class that is wanted in each.
    pub(super) shares: Vec<(usize, f64)>,
    /// The part of calibration, which is the last.
    pub(super) calibration: Option<usize>,
}

/// No deal without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoDeal {
    /// There is none.
    Impossible,
    /// None was found in [`TRIES`].
    NotFound,
}

impl Parts {
    /// `held_out` of the groups in part 0, a share `fraction` of each class, and the others in part 1.
    pub(super) fn hold_out(groups: usize, held_out: usize, fraction: f64) -> Self {
        let draw = (0..groups).map(|index| usize::from(index >= held_out)).collect();
        let capacities = vec![held_out, groups - held_out];
        Parts { draw, capacities, shares: vec![(0, fraction)], calibration: None }
    }

    /// As many folds, of which none is limited.
    pub(super) fn folds(groups: usize, folds: usize) -> Self {
        let draw = (0..groups).map(|index| index % folds).collect();
        let shares = (0..folds).map(|fold| (fold, 1.0 / folds as f64)).collect();
        Parts { draw, capacities: vec![groups; folds], shares, calibration: None }
    }

    /// The same and, unless it is empty, one more part of `calibration` more groups.
    pub(super) fn and_calibration(&self, calibration: usize) -> Self {
        let mut parts = self.clone();
        if calibration > 0 {
            let part = parts.capacities.len();
            let all = parts.draw.len() + calibration;
            let of_all = |groups: usize| groups as f64 / all as f64;
            parts.shares.iter_mut().for_each(|(_, share)| *share *= of_all(self.draw.len()));
            parts.shares.push((part, of_all(calibration)));
            parts.draw.resize(all, part);
            parts.capacities.push(calibration);
            parts.calibration = Some(part);
        }
        parts
    }
}

impl Groups {
    /// The part of each group: the best of some random draws, or, where these have faults, one that is searched for.
    pub(super) fn deal(&self, parts: &Parts, rng: &mut ChaCha8Rng) -> Result<Vec<usize>, NoDeal> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        let mut best: Option<(f64, Vec<usize>)> = None;
        let mut candidates = 0;
        for _ in 0..DRAWS {
            if candidates == CANDIDATES {
                break;
            }
            order.shuffle(rng);
            let mut deal = Deal::new(self, parts);
            order.iter().zip(&parts.draw).for_each(|(group, part)| deal.put(*group, *part));
            if !deal.is_faultless() {
                continue;
            }
            candidates += 1;
            let distance = deal.distance(&parts.shares);
            if best.as_ref().is_none_or(|(min, _)| distance < *min) {
                best = Some((distance, deal.part_of));
            }
        }
        match best {
            Some((_, part_of)) => Ok(part_of),
            None => self.search(parts, &order),
        }
    }

    /// Depth-first search: the groups of the rarest classes first, else in the given order, each tried first in the
    /// part that lacks it most.
    fn search(&self, parts: &Parts, order: &[usize]) -> Result<Vec<usize>, NoDeal> {
        let rarity = self.of_classes();
        let rarest = |group: &usize| {
            let present = (0..self.classes()).filter(|class| self.counts[*group][*class] > 0);
            present.map(|class| rarity[class]).min()
        };
        let mut order = order.to_vec();
        order.sort_by_key(rarest);
        let mut deal = Deal::new(self, parts);
        let mut tries = 0;
        match deal.complete(&order, &rarity, &mut tries) {
            true => Ok(deal.part_of),
            false if tries < TRIES => Err(NoDeal::Impossible),
            false => Err(NoDeal::NotFound),
        }
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Groups with a subject of each class.
    pub(super) fn of_classes(&self) -> Vec<usize> {
        let of = |class: usize| self.counts.iter().filter(|counts| counts[class] > 0).count();
        (0..self.classes()).map(of).collect()
    }

    /// Groups with a subject of each stage.
    pub(super) fn of_stages(&self) -> Vec<usize> {
        let of = |stage: usize| (0..self.len()).filter(|group| self.has(*group, stage)).count();
        (0..self.stages.len()).map(of).collect()
    }

    fn classes(&self) -> usize {
        self.counts.first().map_or(0, Vec::len)
    }

    fn has(&self, group: usize, stage: usize) -> bool {
        self.counts[group].iter().zip(&self.stages[stage]).any(|(count, known)| *known && *count > 0)
    }
}

/// Groups that are dealt so far.
struct Deal<'a> {
    groups: &'a Groups,
    parts: &'a Parts,
    /// The part of each group, where it is dealt.
    part_of: Vec<usize>,
    /// Groups of each part.
    sizes: Vec<usize>,
    /// Subjects of each class, `[parts][classes]`.
    subjects: Vec<Vec<usize>>,
    /// Groups with a subject of each stage, `[parts][stages]`.
    staged: Vec<Vec<usize>>,
}

impl<'a> Deal<'a> {
    fn new(groups: &'a Groups, parts: &'a Parts) -> Self {
        let count = parts.capacities.len();
        Deal {
            groups,
            parts,
            part_of: vec![0; groups.counts.len()],
            sizes: vec![0; count],
            subjects: vec![vec![0; groups.classes()]; count],
            staged: vec![vec![0; groups.stages.len()]; count],
        }
    }

    fn put(&mut self, group: usize, part: usize) {
        self.part_of[group] = part;
        self.sizes[part] += 1;
        self.subjects[part].iter_mut().zip(&self.groups.counts[group]).for_each(|(sum, count)| *sum += count);
        for stage in 0..self.groups.stages.len() {
            self.staged[part][stage] += usize::from(self.groups.has(group, stage));
        }
    }

    fn take_back(&mut self, group: usize) {
        let part = self.part_of[group];
        self.sizes[part] -= 1;
        self.subjects[part].iter_mut().zip(&self.groups.counts[group]).for_each(|(sum, count)| *sum -= count);
        for stage in 0..self.groups.stages.len() {
            self.staged[part][stage] -= usize::from(self.groups.has(group, stage));
        }
    }

    fn is_faultless(&self) -> bool {
        self.can_be_completed(&[])
    }

    /// Whether nothing speaks against a deal of the groups that are left: each class and stage has as many groups
    /// among them as it lacks parts, though perhaps the same ones.
    fn can_be_completed(&self, left: &[usize]) -> bool {
        let class_is_met = |class: usize| {
            let has = |part: usize| self.subjects[part][class] > 0;
            let sides = (0..self.sizes.len()).filter(|part| Some(*part) != self.parts.calibration);
            let met = sides.filter(|part| has(*part)).count().min(2);
            let lacking = 2 - met + self.parts.calibration.map_or(0, |part| usize::from(!has(part)));
            let more = left.iter().filter(|group| self.groups.counts[**group][class] > 0);
            more.take(lacking).count() == lacking
        };
        let stage_is_met = |stage: usize| {
            let lacking = self.staged.iter().filter(|staged| staged[stage] == 0).count();
            let more = left.iter().filter(|group| self.groups.has(**group, stage));
            more.take(lacking).count() == lacking
        };
        (0..self.groups.classes()).all(class_is_met) && (0..self.groups.stages.len()).all(stage_is_met)
    }

    /// Deals the groups that are left; false, and nothing dealt of them, if that cannot be done or the tries are used
    /// up.
    fn complete(&mut self, left: &[usize], rarity: &[usize], tries: &mut usize) -> bool {
        if !self.can_be_completed(left) {
            return false;
        }
        let [group, left @ ..] = left else { return true };
        for part in self.by_need(*group, rarity) {
            if *tries >= TRIES {
                return false;
            }
            *tries += 1;
            self.put(*group, part);
            if self.complete(left, rarity, tries) {
                return true;
            }
            self.take_back(*group);
        }
        false
    }

    /// The parts with room for a group: those with the least of its rarest class, and of subjects, first. Of empty
    /// sides with the same capacity one stands for all.
    fn by_need(&self, group: usize, rarity: &[usize]) -> Vec<usize> {
        let counts = &self.groups.counts[group];
        let rarest = (0..counts.len()).filter(|class| counts[*class] > 0).min_by_key(|class| rarity[*class]);
        let capacities = &self.parts.capacities;
        let mut parts: Vec<usize> = (0..capacities.len())
            .filter(|part| self.sizes[*part] < capacities[*part])
            .filter(|part| {
                let is_side = |other: usize| Some(other) != self.parts.calibration;
                let alike = |other: usize| self.sizes[other] == 0 && capacities[other] == capacities[*part];
                !(is_side(*part) && alike(*part) && (0..*part).any(alike))
            })
            .collect();
        let share = |part: usize, subjects: usize| subjects as f64 / capacities[part] as f64;
        let need = |part: usize| {
            let of_class = rarest.map_or(0, |class| self.subjects[part][class]);
            [share(part, of_class), share(part, self.subjects[part].iter().sum())]
        };
        parts.sort_by(|a, b| {
            let ([of_class, all], [other_of_class, other_all]) = (need(*a), need(*b));
            of_class.total_cmp(&other_of_class).then(all.total_cmp(&other_all))
        });
        parts
    }

    /// Sum of the squared differences between the classes' shares and those that are wanted.
    fn distance(&self, shares: &[(usize, f64)]) -> f64 {
        let all = |class: usize| self.subjects.iter().map(|subjects| subjects[class]).sum::<usize>() as f64;
        let alls: Vec<f64> = (0..self.groups.classes()).map(all).collect();
        let parts = shares.iter().flat_map(|(part, share)| {
            let of_part = self.subjects[*part].iter().zip(&alls);
            of_part.map(move |(count, all)| (*count as f64 / all - share).powi(2))
        });
        parts.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    fn groups(counts: Vec<Vec<usize>>) -> Groups {
        let stages = vec![vec![true; counts[0].len()]];
        Groups { counts, stages }
    }

    fn deal(groups: &Groups, parts: &Parts) -> Result<Vec<usize>, NoDeal> {
        groups.deal(parts, &mut ChaCha8Rng::seed_from_u64(1))
    }

    /// Each class in two groups that must be parted.
    fn pairs(classes: usize) -> Groups {
        let of_group = |group| (0..classes).map(|class| usize::from(group / 2 == class)).collect();
        groups((0..2 * classes).map(of_group).collect())
    }

    #[test]
    fn a_deal_that_no_draw_meets_is_found() {
        // Of 2^20 random deals to two parts one will do.
        for parts in [Parts::folds(40, 2), Parts::hold_out(40, 20, 0.5)] {
            let part_of = deal(&pairs(20), &parts).unwrap();
            assert!(part_of.chunks_exact(2).all(|pair| pair[0] != pair[1]), "{part_of:?}");
        }
    }

    #[test]
    fn what_cannot_be_dealt_is_proven() {
        assert_eq!(deal(&pairs(4), &Parts::hold_out(8, 3, 0.5)), Err(NoDeal::Impossible));
        // The points of the Fano plane cannot have two colours without a line of one colour.
        let lines = [[0, 1, 2], [0, 3, 4], [0, 5, 6], [1, 3, 5], [1, 4, 6], [2, 3, 6], [2, 4, 5]];
        let on = |point: usize| lines.iter().map(|line| usize::from(line.contains(&point))).collect();
        let fano = groups((0..7).map(on).collect());
        assert_eq!(deal(&fano, &Parts::folds(7, 2)), Err(NoDeal::Impossible));
        assert!(deal(&fano, &Parts::folds(7, 3)).is_ok());
    }

    /// Whether any deal within the capacities is without a fault, by trying all.
    fn exists(groups: &Groups, parts: &Parts) -> bool {
        let count = parts.capacities.len();
        (0..count.pow(groups.len() as u32)).any(|number| {
            let mut deal = Deal::new(groups, parts);
            (0..groups.len()).for_each(|group| deal.put(group, number / count.pow(group as u32) % count));
            deal.sizes.iter().zip(&parts.capacities).all(|(size, capacity)| size <= capacity)
                && deal.is_faultless()
        })
    }

    #[test]
    fn the_search_finds_a_deal_exactly_where_there_is_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut found = [0, 0];
        for case in 0..300 {
            let count = 4 + case % 3;
            let mut draw = |of_ten: u32| usize::from(rng.random_range(0..10) < of_ten);
            let counts = (0..count).map(|_| vec![draw(9), draw(5), draw(4)]).collect();
            let groups = Groups { counts, stages: vec![vec![true; 3], vec![false, true, true]] };
            let calibration = case / 3 % 2;
            let parts = match case / 6 % 2 {
                0 => Parts::hold_out(count - calibration, 1 + case % 2, 0.2),
                _ => Parts::folds(count - calibration, 2 + case % 2),
            };
            let parts = parts.and_calibration(calibration);
            let order: Vec<usize> = (0..count).collect();
            let searched = groups.search(&parts, &order);
            assert_eq!(searched.is_ok(), exists(&groups, &parts), "{groups:?} {parts:?}");
            assert!(searched != Err(NoDeal::NotFound));
            found[usize::from(searched.is_ok())] += 1;
        }
        assert!(found.iter().all(|count| *count > 50), "{found:?}");
    }

    #[test]
    fn every_part_has_subjects_of_every_stage() {
        // Three of 60 groups have the classes 1 and 2, which the second stage tells apart.
        let counts = (0..60).map(|group| if group < 3 { vec![1, 1, 1] } else { vec![4, 0, 0] }).collect();
        let groups = Groups { counts, stages: vec![vec![true; 3], vec![false, true, true]] };
        let mut parts = deal(&groups, &Parts::folds(60, 3)).unwrap()[..3].to_vec();
        parts.sort_unstable();
        assert_eq!(parts, [0, 1, 2]);
        assert_eq!(deal(&groups, &Parts::folds(60, 4)), Err(NoDeal::Impossible));
    }

    #[test]
    fn what_is_searched_for_is_even() {
        // Forty groups of two subjects of the first class, and the pairs.
        let mut counts = vec![vec![2]; 40];
        counts.iter_mut().for_each(|counts| counts.resize(21, 0));
        counts.extend(pairs(20).counts.into_iter().map(|pair| [vec![0], pair].concat()));
        let groups = groups(counts);
        let part_of = deal(&groups, &Parts::folds(80, 2)).unwrap();
        let first = part_of[..40].iter().filter(|part| **part == 0).count();
        assert_eq!((first, part_of.iter().filter(|part| **part == 0).count()), (20, 40));
    }
}
